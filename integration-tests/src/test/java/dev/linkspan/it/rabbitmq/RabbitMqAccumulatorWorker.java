package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.linkspan.batch.BatchAccumulator;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.it.Work;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.time.Duration;

/** A process that gathers deliveries, to be killed in the middle of a batch. */
final class RabbitMqAccumulatorWorker {

    private RabbitMqAccumulatorWorker() {}

    /** URI, queue, and how many messages there are to handle. */
    public static void main(String[] args) throws Exception {
        Work work = new Work(args);
        String queue = args[Work.OWN + 1];
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(Work.telemetry());
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(args[Work.OWN]);
        try (Connection connection = rabbitMq.wrap(rabbitMq.wrap(factory).newConnection());
                Channel channel = connection.createChannel()) {
            BatchAccumulator<Delivery> orders = BatchAccumulator.builder(
                            BatchProcessor.create(rabbitMq.deliveries(queue)),
                            batch -> batch.forEach(order -> work.handle(
                                    order.getProperties().getMessageId(), new String(order.getBody(), UTF_8))),
                            RabbitMqSettlement.of(channel)::settle)
                    .maxMessages(20)
                    .maxAge(Duration.ofMillis(200))
                    .build();
            channel.basicQos(40);
            String tag = channel.basicConsume(
                    queue, rabbitMq.handOff((consumer, order) -> orders.accept(order), consumer -> {}));
            work.awaitHandled(Integer.parseInt(args[Work.OWN + 2]));
            channel.basicCancel(tag);
            orders.close();
        }
        work.done();
    }
}
