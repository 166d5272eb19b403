package dev.linkspan.kafka;

/** Marks calls that a wrapper already traces, so that an interceptor inside the client does not trace them again. */
final class KafkaWrappedCall implements AutoCloseable {

    static final KafkaWrappedCall SEND = new KafkaWrappedCall();
    static final KafkaWrappedCall POLL = new KafkaWrappedCall();

    /** Where there is no interceptor in the process, nobody asks, and marking would cost more than the rest of the call. */
    private static final KafkaWrappedCall UNMARKED = new KafkaWrappedCall();

    private static volatile boolean interceptors;

    private final ThreadLocal<Integer> depth = new ThreadLocal<>();

    private KafkaWrappedCall() {}

    /** An interceptor was made, which will ask. */
    static void willBeAsked() {
        interceptors = true;
    }

    KafkaWrappedCall begin() {
        if (!interceptors) {
            return UNMARKED;
        }
        Integer outer = depth.get();
        depth.set(outer == null ? 1 : outer + 1);
        return this;
    }

    boolean isActive() {
        return depth.get() != null;
    }

    @Override
    public void close() {
        if (this == UNMARKED) {
            return;
        }
        Integer inner = depth.get();
        if (inner == null || inner == 1) {
            depth.remove();
        } else {
            depth.set(inner - 1);
        }
    }
}
