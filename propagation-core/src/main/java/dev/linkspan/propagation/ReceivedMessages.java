package dev.linkspan.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes receive spans, after the fact. */
final class ReceivedMessages<M, H> {

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, H> facts;
    private final Operation<M> receive;

    ReceivedMessages(MessagingTelemetry telemetry, MessageFacts<M, H> facts, Operation<M> receive) {
        this.telemetry = telemetry;
        this.facts = facts;
        this.receive = receive;
    }

    void received(Iterable<? extends M> messages, long startNanos, Consumer<? super MessageSpan> answer) {
        received(messages, startNanos, true, answer);
    }

    void receivedOne(M message, long startNanos) {
        received(Collections.singletonList(message), startNanos, false, span -> {});
    }

    /** @param batch whether the client's call can bring several */
    private void received(
            Iterable<? extends M> messages, long startNanos, boolean batch, Consumer<? super MessageSpan> answer) {
        if (telemetry.isNoop) {
            return;
        }
        try {
            // first of all, so that our own work does not count as the client's
            Times times = Times.since(startNanos);
            Context ambient = telemetry.currentContext();
            MessageScan<M, H> scan = new MessageScan<>(telemetry, facts, receive);
            scan.over(messages, message -> true, Context.root());
            if (scan.count() == 0) {
                return;
            }
            DestinationOperation operation = scan.operation();
            MessagingPolicy policy = operation.policy;
            BoundedLinks.Result links =
                    policy.tracing && policy.receiveSpans ? scan.links(policy.maxLinks) : BoundedLinks.Result.NONE;
            MessageSpan span = start(operation, ambient, links.links(), scan, times);
            scan.describe(span, links, batch);
            describe(span, answer);
            span.close(times.endEpochNanos, times.elapsedNanos());
        } catch (Throwable t) {
            telemetry.errors.add("receive", t);
        }
    }

    private void describe(MessageSpan span, Consumer<? super MessageSpan> answer) {
        try {
            answer.accept(span);
        } catch (Throwable t) {
            telemetry.errors.add("receive.answer", t);
        }
    }

    void failed(Throwable error, long startNanos, @Nullable String destination, Consumer<? super MessageSpan> answer) {
        try {
            Times times = Times.since(startNanos);
            MessageScan<M, H> nothing = new MessageScan<>(telemetry, facts, receive);
            MessageSpan span =
                    start(receive.at(destination, null), telemetry.currentContext(), List.of(), nothing, times);
            describe(span.error(error), answer);
            span.close(times.endEpochNanos, times.elapsedNanos());
        } catch (Throwable t) {
            telemetry.errors.add("receive", t);
        }
    }

    private MessageSpan start(
            DestinationOperation operation,
            Context ambient,
            List<DestinationOperation.Link> links,
            MessageScan<M, H> scan,
            Times times) {
        Span span = operation.policy.tracing && operation.policy.receiveSpans
                ? operation.startSpan(
                        ambient, operation.operation.type.kind, links, scan.partition(), times.startEpochNanos)
                : Span.getInvalid();
        return new MessageSpan(operation, span, DestinationOperation.with(ambient, span), ambient, times.startNanos);
    }

    /** Both ends from one reading of the clock, so that a clock that was set back gives no negative duration. */
    private record Times(long startNanos, long startEpochNanos, long endEpochNanos) {

        long elapsedNanos() {
            return endEpochNanos - startEpochNanos;
        }

        static Times since(long startNanos) {
            Instant now = Instant.now();
            long end = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
            return new Times(startNanos, end - Math.max(0, System.nanoTime() - startNanos), end);
        }
    }
}
