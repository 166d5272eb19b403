package dev.linkspan.kafka;

/** Marks calls that a wrapper already traces, so that an interceptor inside the client does not trace them again. */
final class KafkaWrappedCall implements AutoCloseable {

    static final KafkaWrappedCall SEND = new KafkaWrappedCall();
    static final KafkaWrappedCall POLL = new KafkaWrappedCall();

    private final ThreadLocal<Integer> depth = new ThreadLocal<>();

    private KafkaWrappedCall() {}

    KafkaWrappedCall begin() {
        Integer outer = depth.get();
        depth.set(outer == null ? 1 : outer + 1);
        return this;
    }

    boolean isActive() {
        return depth.get() != null;
    }

    @Override
    public void close() {
        Integer inner = depth.get();
        if (inner == null || inner == 1) {
            depth.remove();
        } else {
            depth.set(inner - 1);
        }
    }
}
