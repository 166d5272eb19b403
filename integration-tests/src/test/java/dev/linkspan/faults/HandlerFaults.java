package dev.linkspan.faults;

import java.io.IOException;
import java.util.List;

/** Ways in which the application's own code fails. */
final class HandlerFaults {

    private HandlerFaults() {}

    /** By four kinds of throwables. */
    static Fault throwing() {
        return Fault.of("F09", "every tenth handler throws")
                .handler(HandlerFaults::fail)
                .control(Invariant.I4);
    }

    private static void fail(int id) throws Exception {
        if (id % 10 == 0) {
            switch (id / 10 % 200) {
                case 0 -> overflow(id);
                case 1, 2 -> throw new AssertionError("handler");
                case 3, 4 -> throw new IOException("handler");
                default -> throw new IllegalStateException("handler");
            }
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }

    static Fault leavingTheFlag() {
        return Fault.of("F10", "handler leaves the flag").handler(id -> {
            if (id % 10 == 0) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Of a hundred handlers, one. */
    static List<Fault> interrupted() {
        return List.of(
                Fault.of("F10", "handler throws InterruptedException")
                        .handler(id -> {
                            if (id % 100 == 0) {
                                throw new InterruptedException("handler");
                            }
                        })
                        .control(Invariant.I4),
                Fault.of("F10", "handler is interrupted while it waits")
                        .handler(id -> {
                            if (id % 100 == 0) {
                                Thread.currentThread().interrupt();
                                Thread.sleep(60_000);
                            }
                        })
                        .control(Invariant.I4));
    }
}
