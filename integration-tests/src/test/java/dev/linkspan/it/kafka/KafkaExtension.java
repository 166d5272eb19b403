package dev.linkspan.it.kafka;

import dev.linkspan.it.ClientsExtension;

/** Hands a test one {@link KafkaClients} on the shared broker. */
public final class KafkaExtension extends ClientsExtension<KafkaClients> {

    public KafkaExtension() {
        super(KafkaClients.class, test -> new KafkaClients(KafkaServer.BROKERS.shared(), test));
    }
}
