package dev.linkspan.kafka;

import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Ends the send span when the broker has answered, then calls the user's callback in the caller's context. It runs on the
 * producer's network thread, which an Error would kill, or on the caller's for records that the client refuses.
 */
final class KafkaSendCallback implements Callback {

    private final MessageSpan span;
    private final @Nullable Callback callback;
    private final MessagingTelemetry telemetry;
    private final Thread caller = Thread.currentThread();
    private volatile boolean mayRetry;
    /** Only the caller's thread touches these two. */
    private @Nullable RecordTooLargeException tooLarge;

    private @Nullable RecordMetadata tooLargeMetadata;

    /** @param mayRetry whether the record may be sent a second time without our headers, should it be too large */
    KafkaSendCallback(MessageSpan span, @Nullable Callback callback, MessagingTelemetry telemetry, boolean mayRetry) {
        this.span = span;
        this.callback = callback;
        this.telemetry = telemetry;
        this.mayRetry = mayRetry;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (mayRetry && exception instanceof RecordTooLargeException refused && Thread.currentThread() == caller) {
            mayRetry = false;
            tooLarge = refused;
            tooLargeMetadata = metadata;
            return;
        }
        complete(metadata, exception);
    }

    /** Whether the client refused the record for its size before {@code send} returned; asked once, after it did. */
    boolean wasTooLarge() {
        mayRetry = false;
        boolean was = tooLarge != null;
        tooLarge = null;
        return was;
    }

    /** {@code send} threw. */
    void failed(Throwable error) {
        mayRetry = false;
        span.error(error).close();
        if (tooLarge != null) {
            complete(tooLargeMetadata, tooLarge);
        }
    }

    private void complete(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        try {
            describe(metadata, exception);
            span.error(exception).close();
        } finally {
            // also where telemetry found the memory full
            call(metadata, exception);
        }
    }

    private void call(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (callback != null) {
            try (Scope scope = span.makeCallerCurrent();
                    KafkaWrappedCall.Pause pause = KafkaWrappedCall.SEND.pause()) {
                callback.onCompletion(metadata, exception);
            }
        }
    }

    private void describe(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        try {
            if (exception == null && metadata != null && span.isRecording()) {
                span.partition(KafkaPartitions.text(metadata.partition()));
                span.bodySize(metadata.serializedValueSize());
                if (metadata.hasOffset()) {
                    span.put(KafkaAttributes.OFFSET, metadata.offset());
                    span.putOld(KafkaAttributes.OLD_OFFSET, metadata.offset());
                }
            }
        } catch (Throwable t) {
            telemetry.suppressed("kafka.metadata", t);
        }
    }
}
