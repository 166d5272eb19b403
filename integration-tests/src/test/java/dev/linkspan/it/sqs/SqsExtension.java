package dev.linkspan.it.sqs;

import dev.linkspan.it.ClientsExtension;

/** Hands a test one {@link SqsClients} on the shared server. */
final class SqsExtension extends ClientsExtension<SqsClients> {

    SqsExtension() {
        super(SqsClients.class, test -> new SqsClients(SqsServer.BROKERS.shared(), test));
    }
}
