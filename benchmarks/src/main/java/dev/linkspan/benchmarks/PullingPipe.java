package dev.linkspan.benchmarks;

import java.util.function.Consumer;

/** One that asks for messages in a loop. */
abstract class PullingPipe implements Pipe {

    private Thread loop = new Thread();
    private volatile boolean closed;

    /** Pulls once, and handles and settles what came. */
    abstract void pull(Consumer<String> handler) throws Exception;

    @Override
    public final void start(Consumer<String> handler) {
        loop = new Thread(
                () -> {
                    try {
                        while (!closed) {
                            pull(handler);
                        }
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                "pull");
        loop.start();
    }

    @Override
    public void close() throws Exception {
        closed = true;
        loop.join();
    }
}
