package dev.linkspan.it.nats;

import dev.linkspan.it.ClientsExtension;

/** Hands a test one {@link NatsClients} on the shared server. */
final class NatsExtension extends ClientsExtension<NatsClients> {

    NatsExtension() {
        super(NatsClients.class, test -> new NatsClients(NatsServer.BROKERS.shared(), test));
    }
}
