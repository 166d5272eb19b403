package dev.linkspan.it.sqs;

import dev.linkspan.it.Broker;
import dev.linkspan.it.BrokerMode;
import dev.linkspan.it.Brokers;
import java.net.URI;
import java.util.Map;

/** A running server that speaks SQS's protocol: ElasticMQ. */
interface SqsServer extends Broker {

    Brokers<SqsServer> BROKERS = new Brokers<>(
            "sqs", Map.of(BrokerMode.TESTCONTAINERS, ContainerElasticMq::new, BrokerMode.LOCAL, LocalElasticMq::new));

    @Override
    default String emulated() {
        return "attributes have no size, any name will do, a prefix of names finds none: unit tests hold these";
    }

    /** Stays the same over a restart. */
    default URI endpoint() {
        return URI.create("http://" + address());
    }
}
