package dev.linkspan.it.rabbitmq;

import dev.linkspan.brokers.RabbitMqBroker;
import dev.linkspan.it.BrokerReport;
import dev.linkspan.it.ProcessBroker;
import java.util.Map;

/** The installed program. */
final class LocalRabbitMq extends ProcessBroker implements RabbitMqServer {

    LocalRabbitMq(Map<String, String> settings) {
        super(RabbitMqBroker.start(settings, BrokerReport.nextLog("rabbitmq")));
    }
}
