package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

/** The scenarios run on several versions of Kafka's client; here it is seen that they do. */
class KafkaVersionIT {
    @Test
    void kafka_client_is_of_the_version_under_test() throws IOException {
        Properties kafka = new Properties();
        try (InputStream in = Producer.class.getResourceAsStream("/kafka/kafka-version.properties")) {
            kafka.load(in);
        }
        assertThat(kafka.getProperty("version")).isEqualTo(System.getProperty("linkspan.kafka"));
    }
}
