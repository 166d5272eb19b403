package dev.linkspan.it.sqs;

import dev.linkspan.it.Broker;
import dev.linkspan.it.BrokerMode;
import dev.linkspan.it.Brokers;
import java.net.URI;
import java.util.Map;

/** A running server that speaks SQS's protocol: ElasticMQ, an emulator. What it does not enforce has unit tests. */
interface SqsServer extends Broker {

    Brokers<SqsServer> BROKERS = new Brokers<>(
            "sqs", Map.of(BrokerMode.TESTCONTAINERS, ContainerElasticMq::new, BrokerMode.LOCAL, LocalElasticMq::new));

    /** Stays the same over a restart. */
    default URI endpoint() {
        return URI.create("http://" + address());
    }
}
