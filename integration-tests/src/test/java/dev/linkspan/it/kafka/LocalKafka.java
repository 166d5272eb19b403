package dev.linkspan.it.kafka;

import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.it.BrokerReport;
import dev.linkspan.it.ProcessBroker;
import java.util.Map;

/** The production server in a child JVM. */
final class LocalKafka extends ProcessBroker implements KafkaServer {

    LocalKafka(Map<String, String> settings) {
        super(KafkaBroker.start(settings, BrokerReport.nextLog("kafka")));
    }
}
