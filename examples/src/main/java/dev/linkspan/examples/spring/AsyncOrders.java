package dev.linkspan.examples.spring;

import dev.linkspan.kafka.KafkaTelemetry;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;

/** A listener that returns before it is done: its process span ends with the future, and not with the method. */
public class AsyncOrders {

    private final KafkaTelemetry kafka;
    private final Function<String, CompletableFuture<Void>> pack;

    /** @param pack what is done with an order */
    public AsyncOrders(KafkaTelemetry kafka, Function<String, CompletableFuture<Void>> pack) {
        this.kafka = kafka;
        this.pack = pack;
    }

    /** Listens through a container factory without {@link TracingRecordInterceptor}, which would add a span. */
    @KafkaListener(topics = "${orders.topic}", groupId = "${orders.group}", containerFactory = "asyncListeners")
    public CompletableFuture<Void> order(ConsumerRecord<Object, String> order, Consumer<Object, String> consumer) {
        return kafka.records(consumer).processAsync(order, o -> pack.apply(o.value()));
    }
}
