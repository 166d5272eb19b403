package dev.linkspan.benchmarks;

import java.util.function.Consumer;

/** An application that sends messages over a real broker to itself, bare or traced. Closing it ends its threads. */
interface Pipe extends AutoCloseable {

    /** Begins to receive; the handler is called by one thread. */
    void start(Consumer<String> handler) throws Exception;

    /** As an application does that has more to send. */
    void send(String body) throws Exception;

    @Override
    void close() throws Exception;
}
