package dev.linkspan.brokers;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Broker settings for one node that must start fast, answer at once, and hold nothing back for peers it does not have.
 */
final class KafkaSettings {

    private KafkaSettings() {}

    static Properties of(int port, int controllerPort, Path data) {
        Properties settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", "1");
        settings.setProperty("controller.quorum.voters", "1@" + LocalBroker.HOST + ":" + controllerPort);
        settings.setProperty("controller.listener.names", "CONTROLLER");
        settings.setProperty(
                "listeners",
                "PLAINTEXT://" + LocalBroker.HOST + ":" + port + ",CONTROLLER://" + LocalBroker.HOST + ":"
                        + controllerPort);
        settings.setProperty("log.dirs", data.toString());
        settings.putAll(behaviour());
        return settings;
    }

    /** Without where the node is and keeps its data. */
    static Map<String, String> behaviour() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("auto.create.topics.enable", "false");
        // A killed broker's registration must end before the next start of the same node is accepted.
        settings.put("broker.session.timeout.ms", "2000");
        settings.put("broker.heartbeat.interval.ms", "500");
        internalTopics(settings);
        groups(settings);
        return settings;
    }

    private static void internalTopics(Map<String, String> settings) {
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "1");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
    }

    private static void groups(Map<String, String> settings) {
        settings.put("group.initial.rebalance.delay.ms", "0");
        for (String protocol : new String[] {"group.consumer", "group.share"}) {
            settings.put(protocol + ".min.heartbeat.interval.ms", "100");
            settings.put(protocol + ".heartbeat.interval.ms", "200");
            // Else each change of a group waits out the rest of a second.
            settings.put(protocol + ".assignment.interval.ms", "0");
        }
        // Let tests make the locks and sessions of a share group short.
        settings.put("group.share.min.record.lock.duration.ms", "1000");
        settings.put("group.share.min.session.timeout.ms", "5000");
    }
}
