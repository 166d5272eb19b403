package dev.linkspan.kafka;

import dev.linkspan.propagation.MessageSpan;
import io.opentelemetry.context.Scope;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Ends the settle span, then calls the user's callback in the caller's context. */
final class KafkaCommitCallback implements OffsetCommitCallback {

    private final MessageSpan span;
    private final OffsetCommitCallback callback;

    KafkaCommitCallback(MessageSpan span, OffsetCommitCallback callback) {
        this.span = span;
        this.callback = callback;
    }

    @Override
    public void onComplete(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Exception exception) {
        span.error(exception).close();
        try (Scope scope = span.makeCallerCurrent();
                KafkaWrappedCall.Pause pause = KafkaWrappedCall.POLL.pause()) {
            callback.onComplete(offsets, exception);
        }
    }
}
