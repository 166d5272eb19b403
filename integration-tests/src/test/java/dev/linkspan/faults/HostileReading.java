package dev.linkspan.faults;

import com.sun.management.ThreadMXBean;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.sqs.SqsTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import software.amazon.awssdk.services.sqs.model.Message;

/** What it takes to read one message's headers. */
record HostileReading(double millis, long allocated) {

    private static final int TIMES = 5;

    private static final OpenTelemetry W3C = OpenTelemetry.propagating(ContextPropagators.create(Telemetry.W3C));

    private static final MessageTracer<MemoryMessage> MESSAGES =
            MessagingTelemetry.create(W3C).tracer(new MemoryMessage.Adapter(), ClientFacts.NONE, true);

    /** Through Linkspan. */
    static HostileReading of(Transport transport, List<Header> headers) {
        if (transport == Transport.KAFKA) {
            Observation nothing = new Observation(new Telemetry());
            try (MemoryKafka kafka = new MemoryKafka(Fault.of("F11", "reading"), nothing, null)) {
                MessageTracer<ConsumerRecord<String, String>> records =
                        KafkaTelemetry.create(W3C).records(kafka.consumer());
                ConsumerRecord<String, String> record = record(headers);
                return least(() -> records.process(record, r -> {}));
            }
        }
        if (transport == Transport.SQS) {
            MessageTracer<Message> messages = SqsTelemetry.create(W3C).messages(MemorySqs.URL);
            Message message = Message.builder()
                    .body("0")
                    .messageAttributes(SqsWire.attributes(headers))
                    .build();
            return least(() -> messages.process(message, m -> {}));
        }
        MemoryMessage message = new MemoryMessage(0, headers);
        return least(() -> MESSAGES.process(message, m -> {}));
    }

    /** By the propagator itself. */
    static HostileReading naive(List<Header> headers) {
        return least(() -> Telemetry.W3C.extract(Context.root(), headers, new MemoryMessage.Carrier()));
    }

    private static ConsumerRecord<String, String> record(List<Header> headers) {
        return new ConsumerRecord<>(
                KafkaApplication.TOPIC,
                0,
                0,
                0L,
                TimestampType.CREATE_TIME,
                0,
                0,
                "0",
                "value",
                KafkaApplication.headers(headers),
                Optional.empty());
    }

    /** Of several times: what else the machine does must not count. */
    private static HostileReading least(Runnable read) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        double millis = Double.MAX_VALUE;
        long allocated = Long.MAX_VALUE;
        for (int i = 0; i < TIMES; i++) {
            long bytes = threads.getThreadAllocatedBytes(thread);
            long start = System.nanoTime();
            read.run();
            millis = Math.min(millis, (System.nanoTime() - start) / 1e6);
            allocated = Math.min(allocated, threads.getThreadAllocatedBytes(thread) - bytes);
        }
        return new HostileReading(millis, allocated);
    }
}
