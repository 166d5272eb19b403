package dev.linkspan.it.sqs;

import dev.linkspan.brokers.ElasticMqBroker;
import dev.linkspan.it.BrokerReport;
import dev.linkspan.it.ProcessBroker;
import java.util.Map;

/** ElasticMQ in a JVM of its own. */
final class LocalElasticMq extends ProcessBroker implements SqsServer {

    LocalElasticMq(Map<String, String> settings) {
        super(ElasticMqBroker.start(settings, BrokerReport.nextLog("sqs")));
    }
}
