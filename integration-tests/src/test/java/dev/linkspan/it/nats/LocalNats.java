package dev.linkspan.it.nats;

import dev.linkspan.brokers.NatsBroker;
import dev.linkspan.it.BrokerReport;
import dev.linkspan.it.ProcessBroker;
import java.util.Map;

/** The installed program. */
final class LocalNats extends ProcessBroker implements NatsServer {

    LocalNats(Map<String, String> settings) {
        super(NatsBroker.start(settings, BrokerReport.nextLog("nats")));
    }
}
