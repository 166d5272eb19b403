package dev.linkspan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The build runs the tests on several versions of Kafka's client; here it is seen that it does. */
@EnabledIfSystemProperty(named = "linkspan.kafka", matches = ".+")
class KafkaVersionTest {
    @Test
    void kafka_client_is_of_the_version_under_test() throws IOException {
        Properties kafka = new Properties();
        try (InputStream in = Producer.class.getResourceAsStream("/kafka/kafka-version.properties")) {
            kafka.load(in);
        }
        assertThat(kafka.getProperty("version")).isEqualTo(System.getProperty("linkspan.kafka"));
    }

    @Test
    void opentelemetry_is_of_the_version_under_test() {
        assertThat(OpenTelemetry.class.getPackage().getImplementationVersion())
                .isEqualTo(System.getProperty("linkspan.opentelemetry"));
    }
}
