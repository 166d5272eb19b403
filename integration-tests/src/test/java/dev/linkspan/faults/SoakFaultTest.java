package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many messages, of which nothing may stay. */
class SoakFaultTest {

    /** For a longer one: {@code -DargLine=-Dlinkspan.soak.rounds=10000} is ten million messages. */
    private static final int ROUNDS = Integer.getInteger("linkspan.soak.rounds", 340);

    private static final int WARM = ROUNDS / 3;
    private static final long MOST_GROWTH = 5_000_000;

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f30_nothing_stays_of_messages_that_are_through(Transport transport) {
        Map<Wrapping, Long> growth = new EnumMap<>(Wrapping.class);
        Set<String> threads = new TreeSet<>();
        Fault fault = Fault.of("F30", "soak, one handler of a hundred throws")
                .messages(1_000)
                .handler(id -> {
                    if (id % 100 == 0) {
                        throw new IllegalStateException("handler");
                    }
                })
                .control(Invariant.I4);
        FaultResult result = fault.rounds(ROUNDS, round -> {
                    if (round == WARM) {
                        growth.put(fault.running(), -usedHeap());
                        threads.clear();
                        threads.addAll(liveThreads());
                    } else if (round == ROUNDS) {
                        growth.merge(fault.running(), usedHeap(), Long::sum);
                        if (fault.running() == Wrapping.LINKSPAN) {
                            Set<String> created = liveThreads();
                            created.removeAll(threads);
                            assertThat(created).as("threads").isEmpty();
                        }
                    }
                })
                .on(transport);

        result.figure(
                "%,d messages, heap %+,d KB, naive %+,d KB, 0 threads",
                ROUNDS * 1_000L, growth.get(Wrapping.LINKSPAN) / 1_000, growth.get(Wrapping.NAIVE) / 1_000);
        assertThat(growth.get(Wrapping.LINKSPAN)).as("bytes").isLessThan(MOST_GROWTH);
        assertThat(result.linkspan().handled.counts).contains(entry(0, ROUNDS)).hasSize(1_000);
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static Set<String> liveThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
