package dev.linkspan.faults;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts spans as they start and end, and keeps the first of those that ended. */
public final class Spans implements SpanProcessor {

    private static final int KEPT = 50_000;

    private final AtomicLong started = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong backwards = new AtomicLong();
    private final AtomicInteger kept = new AtomicInteger();
    private final AtomicInteger mostLinks = new AtomicInteger();
    private final ConcurrentLinkedQueue<SpanData> data = new ConcurrentLinkedQueue<>();

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        started.incrementAndGet();
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        SpanData ending = span.toSpanData();
        if (ending.getEndEpochNanos() < ending.getStartEpochNanos()) {
            backwards.incrementAndGet();
        }
        mostLinks.accumulateAndGet(ending.getTotalRecordedLinks(), Math::max);
        if (kept.get() < KEPT && kept.getAndIncrement() < KEPT) {
            data.add(ending);
        }
        ended.incrementAndGet();
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    void keepNone() {
        kept.set(KEPT);
    }

    public long started() {
        return started.get();
    }

    public long ended() {
        return ended.get();
    }

    public long open() {
        return started.get() - ended.get();
    }

    /** Those that ended before they began. */
    public long backwards() {
        return backwards.get();
    }

    /** Also those that the SDK dropped. */
    public int mostLinks() {
        return mostLinks.get();
    }

    public List<SpanData> all() {
        return new ArrayList<>(data);
    }

    /** Those whose name starts so. */
    public List<SpanData> named(String prefix) {
        return data.stream().filter(span -> span.getName().startsWith(prefix)).toList();
    }
}
