package dev.linkspan.it;

import dev.linkspan.brokers.LocalBroker;

/** A broker in a process of its own on this machine. */
public abstract class ProcessBroker implements Broker {

    private final LocalBroker process;

    protected ProcessBroker(LocalBroker process) {
        this.process = process;
    }

    @Override
    public final String version() {
        return process.version();
    }

    @Override
    public final String address() {
        return process.address();
    }

    @Override
    public final String where() {
        return "in a child process";
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
