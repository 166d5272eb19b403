package dev.linkspan.brokers;

import java.nio.file.Path;
import java.util.Properties;

/**
 * Broker settings for one node that must start fast, answer at once, and hold nothing back for peers it does not have.
 */
final class KafkaSettings {

    static final String HOST = "127.0.0.1";

    private KafkaSettings() {}

    static Properties of(int port, int controllerPort, Path data) {
        Properties settings = new Properties();
        node(settings, port, controllerPort, data);
        internalTopics(settings);
        groups(settings);
        return settings;
    }

    private static void node(Properties settings, int port, int controllerPort, Path data) {
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", "1");
        settings.setProperty("controller.quorum.voters", "1@" + HOST + ":" + controllerPort);
        settings.setProperty("controller.listener.names", "CONTROLLER");
        settings.setProperty(
                "listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        settings.setProperty("log.dirs", data.toString());
        settings.setProperty("auto.create.topics.enable", "false");
        // A killed broker's registration must end before the next start of the same node is accepted.
        settings.setProperty("broker.session.timeout.ms", "2000");
        settings.setProperty("broker.heartbeat.interval.ms", "500");
    }

    private static void internalTopics(Properties settings) {
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            settings.setProperty(topic + ".replication.factor", "1");
            settings.setProperty(topic + ".num.partitions", "1");
        }
        settings.setProperty("transaction.state.log.min.isr", "1");
        settings.setProperty("share.coordinator.state.topic.min.isr", "1");
    }

    private static void groups(Properties settings) {
        settings.setProperty("group.initial.rebalance.delay.ms", "0");
        for (String protocol : new String[] {"group.consumer", "group.share"}) {
            settings.setProperty(protocol + ".min.heartbeat.interval.ms", "100");
            settings.setProperty(protocol + ".heartbeat.interval.ms", "200");
            // Else each change of a group waits out the rest of a second.
            settings.setProperty(protocol + ".assignment.interval.ms", "0");
        }
        // Let tests make the locks of a share group short.
        settings.setProperty("group.share.min.record.lock.duration.ms", "1000");
    }
}
