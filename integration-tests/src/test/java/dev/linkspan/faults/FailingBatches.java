package dev.linkspan.faults;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.batch.BatchSettlement;
import dev.linkspan.propagation.MessageTracer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Batches in which each tenth message fails when it comes for the first time. */
public final class FailingBatches<M> {

    private static final int EACH = 10;
    private static final int FAILING = 7;

    private final ClientRun<M, ?> application;
    private final BatchProcessor<M> processor;
    private final BatchSettlement<M, ?> settlement;
    private final Map<Integer, IllegalStateException> thrown = new HashMap<>();

    /** @param tracer that a wrapped application uses */
    public FailingBatches(ClientRun<M, ?> application, MessageTracer<M> tracer, BatchSettlement<M, ?> settlement) {
        this.application = application;
        this.processor = BatchProcessor.create(tracer);
        this.settlement = settlement;
    }

    /** Handles a batch and settles it. Returns how many failed. */
    public int handle(List<M> batch) throws Throwable {
        if (application.tracing().wraps()) {
            BatchResult<M> result = processor.process(batch, messages -> messages.<Throwable>forEach(this::handleOne));
            for (M failed : result.failed()) {
                application.seen().arrived(result.error(failed));
            }
            result.settle(settlement);
            return result.failed().size();
        }
        Set<M> failed = new HashSet<>();
        for (M message : batch) {
            try {
                application.called(message, this::handleOne);
            } catch (Throwable t) {
                failed.add(message);
                application.seen().arrived(t);
            }
        }
        settlement.settle(batch, message -> !failed.contains(message));
        return failed.size();
    }

    private void handleOne(M message) throws Throwable {
        int id = application.id(message);
        application.seen().handle(id, () -> {
            if (id % EACH == FAILING && !thrown.containsKey(id)) {
                IllegalStateException failure = new IllegalStateException("no " + id);
                thrown.put(id, failure);
                throw failure;
            }
        });
    }
}
