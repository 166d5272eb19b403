package dev.linkspan.it.sqs;

import dev.linkspan.it.ClientsExtension;

/** Hands a test one {@link SqsClients} on the shared server. */
public final class SqsExtension extends ClientsExtension<SqsClients> {

    public SqsExtension() {
        super(SqsClients.class, test -> new SqsClients(SqsServer.BROKERS.shared(), test));
    }
}
