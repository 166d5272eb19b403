package dev.linkspan.kafka;

import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Settle spans for committed offsets. */
final class KafkaSettle {

    private KafkaSettle() {}

    /** @param offsets what is committed; null for all that was polled */
    static MessageSpan start(
            MessagingTelemetry telemetry,
            MessageTracer<?> tracer,
            @Nullable Map<TopicPartition, OffsetAndMetadata> offsets) {
        String topic = null;
        try {
            topic = topic(offsets);
        } catch (Throwable t) {
            telemetry.suppressed("kafka.offsets", t);
        }
        MessageSpan span = tracer.startSettleAt("commit", topic);
        try {
            describe(span, offsets);
        } catch (Throwable t) {
            telemetry.suppressed("kafka.offsets", t);
        }
        return span;
    }

    private static void describe(MessageSpan span, @Nullable Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (offsets != null && offsets.size() == 1 && span.isRecording()) {
            offsets.forEach((partition, offset) -> {
                span.partition(KafkaPartitions.text(partition.partition()));
                if (offset != null) {
                    span.put(KafkaAttributes.OFFSET, offset.offset());
                }
            });
        }
    }

    private static @Nullable String topic(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets) {
        String topic = null;
        if (offsets != null) {
            for (TopicPartition partition : offsets.keySet()) {
                if (topic != null && !topic.equals(partition.topic())) {
                    return null;
                }
                topic = partition.topic();
            }
        }
        return topic;
    }
}
