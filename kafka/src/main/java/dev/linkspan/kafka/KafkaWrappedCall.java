package dev.linkspan.kafka;

/** Marks calls that a wrapper already traces, so that an interceptor inside the client does not trace them again. */
final class KafkaWrappedCall implements AutoCloseable {

    static final KafkaWrappedCall SEND = new KafkaWrappedCall();
    static final KafkaWrappedCall POLL = new KafkaWrappedCall();

    /** Where there is no interceptor in the process, nobody asks, and marking would cost more than the rest of the call. */
    private static final KafkaWrappedCall UNMARKED = new KafkaWrappedCall();

    private static volatile boolean interceptors;
    private static final Pause NO_PAUSE = () -> {};

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

    /**
     * For application code that the client calls meanwhile: what it does with other clients is no part of this call.
     *
     * @return goes on with the call when closed
     */
    Pause pause() {
        Integer outer = interceptors ? depth.get() : null;
        if (outer == null) {
            return NO_PAUSE;
        }
        depth.remove();
        return () -> depth.set(outer);
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

    /** While it is open, nothing is marked on this thread. */
    interface Pause extends AutoCloseable {
        @Override
        void close();
    }
}
