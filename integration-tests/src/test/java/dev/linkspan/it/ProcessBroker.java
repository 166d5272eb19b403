package dev.linkspan.it;

import dev.linkspan.brokers.LocalBroker;

/** A broker in a process of its own on this machine. */
public abstract class ProcessBroker<B extends LocalBroker> implements Broker {

    private final B process;

    protected ProcessBroker(B process) {
        this.process = process;
    }

    protected final B process() {
        return process;
    }

    @Override
    public final String version() {
        return process.version();
    }

    @Override
    public final String where() {
        return "in a child process";
    }

    @Override
    public final boolean isReal() {
        return true;
    }

    @Override
    public final void kill() {
        process.kill();
    }

    @Override
    public final void restart() {
        process.restart();
    }

    @Override
    public final void close() {
        process.close();
    }
}
