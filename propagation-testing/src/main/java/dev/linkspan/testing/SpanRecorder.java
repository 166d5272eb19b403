package dev.linkspan.testing;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Remembers the spans of one test: those that are open, and those that have ended and were sampled. */
final class SpanRecorder implements SpanProcessor {

    private final Map<String, ReadableSpan> open = new LinkedHashMap<>();
    private final List<SpanData> finished = new ArrayList<>();

    @Override
    public synchronized void onStart(Context parentContext, ReadWriteSpan span) {
        open.put(Traces.id(span.getSpanContext()), span);
    }

    @Override
    public synchronized void onEnd(ReadableSpan span) {
        // a span that an earlier test left open is none of this test's
        if (open.remove(Traces.id(span.getSpanContext())) != null
                && span.getSpanContext().isSampled()) {
            finished.add(span.toSpanData());
        }
        notifyAll();
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    synchronized List<SpanData> finished() {
        return List.copyOf(finished);
    }

    synchronized List<SpanData> open() {
        return open.values().stream().map(ReadableSpan::toSpanData).toList();
    }

    synchronized void clear() {
        open.clear();
        finished.clear();
    }

    /** Whether there were so many before the time was over. */
    synchronized boolean awaitFinished(int count, Duration atMost) {
        return await(() -> finished.size() >= count, atMost);
    }

    /** Whether all had ended before the time was over. */
    synchronized boolean awaitNoneOpen(Duration atMost) {
        return await(open::isEmpty, atMost);
    }

    private synchronized boolean await(BooleanSupplier condition, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return condition.getAsBoolean();
            }
        }
        return true;
    }
}
