package dev.linkspan.examples.spring;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.ListenerExecutionFailedException;

/** The span that each container thread is in. A container calls its interceptor and its listener on one thread. */
@SuppressWarnings("ThreadLocalUsage") // one interceptor's spans are none of another's
final class ListenerSpans<K, V> {

    private final KafkaTelemetry kafka;
    private final ThreadLocal<@Nullable Listening<K, V>> listening = new ThreadLocal<>();
    private final ThreadLocal<@Nullable Attempt> attempt = new ThreadLocal<>();

    ListenerSpans(KafkaTelemetry kafka) {
        this.kafka = kafka;
    }

    /** Starts a span and makes it current on this thread, in place of the one before it. */
    void begin(Consumer<K, V> consumer, Function<MessageTracer<ConsumerRecord<K, V>>, MessageSpan> start) {
        leave();
        attempt.set(new Attempt(start.apply(records(consumer))));
    }

    /** A tracer remembers its destinations, so it is kept for as long as the thread has the same consumer. */
    private MessageTracer<ConsumerRecord<K, V>> records(Consumer<K, V> consumer) {
        Listening<K, V> known = listening.get();
        if (known == null || known.consumer != consumer) {
            known = new Listening<>(consumer, kafka.records(consumer));
            listening.set(known);
        }
        return known.records;
    }

    /** The listener has returned or thrown. */
    void end(@Nullable Exception exception) {
        Attempt current = attempt.get();
        if (current != null) {
            current.end(exception);
        }
    }

    /** The container is done with what the span is about. */
    void leave() {
        Attempt current = attempt.get();
        if (current != null) {
            attempt.remove();
            current.leave();
        }
    }

    private record Listening<K, V>(Consumer<K, V> consumer, MessageTracer<ConsumerRecord<K, V>> records) {}

    private static final class Attempt {

        private final MessageSpan span;
        private final boolean nested;
        private final Scope scope;
        private boolean ended;

        Attempt(MessageSpan span) {
            this.span = span;
            // Spring's own observation leaves its context before it says that the record is done: ours must be left
            // first
            this.nested = Context.current() != Context.root();
            this.scope = span.makeCurrent();
        }

        void end(@Nullable Exception exception) {
            if (!ended) {
                ended = true;
                if (nested) {
                    scope.close();
                }
                span.error(causeOf(exception)).close();
            }
        }

        /** What the listener threw, without what Spring put around it. */
        private static @Nullable Throwable causeOf(@Nullable Exception exception) {
            boolean wrapped = exception instanceof ListenerExecutionFailedException && exception.getCause() != null;
            return wrapped ? exception.getCause() : exception;
        }

        void leave() {
            if (!ended) {
                span.error("_OTHER", "the listener ended with an Error, which containers do not pass on")
                        .close();
            }
            if (!ended || !nested) {
                scope.close();
            }
        }
    }
}
