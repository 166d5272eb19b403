package dev.linkspan.it.nats;

import dev.linkspan.it.Broker;
import dev.linkspan.it.BrokerMode;
import dev.linkspan.it.Brokers;
import java.util.Map;

/** A running NATS server with JetStream. */
interface NatsServer extends Broker {

    Brokers<NatsServer> BROKERS = new Brokers<>(
            "nats", Map.of(BrokerMode.TESTCONTAINERS, ContainerNats::new, BrokerMode.LOCAL, LocalNats::new));

    /** Stays the same over a restart. */
    default String url() {
        return "nats://" + address();
    }
}
