package dev.linkspan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a message takes of memory, against a limit a thirtieth above what it takes today; a link, an attribute or two objects more
 * do not fit. Runs without the optimizing compiler: all that the code allocates is allocated then, the same on every machine at
 * every time. What users see is less: see docs/PERFORMANCE.md.
 */
class AllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MESSAGES = 2000;
    private static final int ROUNDS = 5;

    private static volatile Object sink;

    @ParameterizedTest
    @CsvSource({
        "KAFKA, SAMPLED, 1479",
        "KAFKA, UNSAMPLED, 1289",
        "KAFKA, NOOP, 264",
        "RABBITMQ, SAMPLED, 2083",
        "NATS, SAMPLED, 1868",
        "SQS, SAMPLED, 1992"
    })
    void send_takes_no_more_than(Broker broker, Tracing tracing, long limit) throws Exception {
        Traced<Object> traced = broker.with(Library.LINKSPAN, tracing.backend());
        assertTakes(limit, traced::send, 1);
    }

    @ParameterizedTest
    @CsvSource({
        "KAFKA, SAMPLED, 2011",
        "KAFKA, UNSAMPLED, 1821",
        "KAFKA, NOOP, 102",
        "RABBITMQ, SAMPLED, 2284",
        "NATS, SAMPLED, 2185",
        "SQS, SAMPLED, 2135"
    })
    void processing_a_message_takes_no_more_than(Broker broker, Tracing tracing, long limit) throws Exception {
        Traced<Object> traced = broker.with(Library.LINKSPAN, tracing.backend());
        List<Object> messages = traced.messages(10, Content.PLAIN);
        assertTakes(limit, () -> process(traced, messages), messages.size());
    }

    @ParameterizedTest
    @CsvSource({"KAFKA, 164", "RABBITMQ, 357", "NATS, 305", "SQS, 286"})
    void message_of_a_batch_of_500_takes_no_more_than(Broker broker, long limit) throws Exception {
        Traced<Object> traced = broker.with(Library.LINKSPAN, Tracing.SAMPLED.backend());
        List<Object> messages = traced.messages(500, Content.PLAIN);
        assertTakes(
                limit,
                () -> {
                    traced.batch(messages, batch -> sink = batch);
                    return sink;
                },
                messages.size());
    }

    private static Object process(Traced<Object> traced, List<Object> messages) throws Exception {
        traced.process(messages, message -> sink = message);
        return sink;
    }

    @Test
    void bytes_are_counted() throws Exception {
        assertThat(bytesOf(() -> new byte[1000], 1)).isBetween(1000L, 1100L);
    }

    /** @param messages that one call of the operation is of */
    private static void assertTakes(long limit, Callable<Object> operation, int messages) throws Exception {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            least = Math.min(least, bytesOf(operation, messages));
        }
        assertThat(least).as("bytes a message").isLessThanOrEqualTo(limit);
    }

    private static long bytesOf(Callable<Object> operation, int messages) throws Exception {
        int calls = Math.max(1, MESSAGES / messages);
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        for (int i = 0; i < calls; i++) {
            sink = operation.call();
        }
        return (THREADS.getThreadAllocatedBytes(thread) - before) / ((long) calls * messages);
    }
}
