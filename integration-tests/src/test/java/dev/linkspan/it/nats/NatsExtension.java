package dev.linkspan.it.nats;

import dev.linkspan.it.ClientsExtension;

/** Hands a test one {@link NatsClients} on the shared server. */
public final class NatsExtension extends ClientsExtension<NatsClients> {

    public NatsExtension() {
        super(NatsClients.class, test -> new NatsClients(NatsServer.BROKERS.shared(), test));
    }
}
