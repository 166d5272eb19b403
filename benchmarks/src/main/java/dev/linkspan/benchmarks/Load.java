package dev.linkspan.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a pipe does under load.
 *
 * @param warmUp how many messages before anything counts: until both ends are compiled, a million of Kafka's is not too many
 * @param flood how many messages as fast as they go
 * @param perSecond at which rate latency is taken
 * @param paced how many messages at that rate
 */
record Load(int warmUp, int flood, int perSecond, int paced) {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final String PADDING = "x".repeat(200);
    private static final long WITHIN_SECONDS = 120;

    /**
     * What came of it.
     *
     * @param perSecond messages through the pipe at full rate
     * @param cpuMicros processor time of this process a message at full rate
     * @param p50Millis from send to handler, at the set rate
     * @param p99Millis from send to handler, at the set rate
     * @param share of one core that this process took at the set rate
     */
    record Figures(double perSecond, double cpuMicros, double p50Millis, double p99Millis, double share) {}

    /** @param arrivals of a pipe that is started, and empty */
    Figures of(Pipe pipe, Arrivals arrivals) throws Exception {
        // what another left in the caches, and a connection that was idle
        flood(pipe, arrivals, flood / 4);

        long cpu = SYSTEM.getProcessCpuTime();
        long floodNanos = flood(pipe, arrivals, flood);
        double cpuMicros = (SYSTEM.getProcessCpuTime() - cpu) / 1e3 / flood;

        arrivals.expect(paced);
        cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < paced; i++) {
            long due = start + i * (1_000_000_000L / perSecond);
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            pipe.send(System.nanoTime() + ";" + PADDING);
        }
        arrivals.await();
        double share = (double) (SYSTEM.getProcessCpuTime() - cpu) / (System.nanoTime() - start);
        return new Figures(
                flood * 1e9 / floodNanos, cpuMicros, arrivals.percentile(0.5), arrivals.percentile(0.99), share);
    }

    /** @return nanoseconds */
    static long flood(Pipe pipe, Arrivals arrivals, int messages) throws Exception {
        arrivals.expect(messages);
        long start = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            pipe.send(System.nanoTime() + ";" + PADDING);
        }
        arrivals.await();
        return System.nanoTime() - start;
    }

    /** Written by the one thread that handles, read after it has counted down. */
    static final class Arrivals {

        private volatile Expected current = new Expected(0);

        void took(String body) {
            current.took(body);
        }

        void expect(int count) {
            current = new Expected(count);
        }

        void await() throws InterruptedException {
            if (!current.all.await(WITHIN_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(current.all.getCount() + " messages have not come");
            }
        }

        double percentile(double share) {
            long[] sorted = current.nanos.clone();
            Arrays.sort(sorted);
            return sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e6;
        }
    }

    private static final class Expected {

        private final long since = System.nanoTime();
        private final long[] nanos;
        private final CountDownLatch all;
        private int next;

        Expected(int count) {
            nanos = new long[count];
            all = new CountDownLatch(count);
        }

        /** A message that comes twice is none of this load's, or one too many. */
        void took(String body) {
            long sent = Long.parseLong(body.substring(0, body.indexOf(';')));
            if (sent >= since && next < nanos.length) {
                nanos[next++] = System.nanoTime() - sent;
                all.countDown();
            }
        }
    }
}
