package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Streams runs with the clients of its own release; here it is seen that it does. */
@Tag("kafka-streams")
class KafkaStreamsVersionsIT {
    @Test
    void kafka_client_is_of_the_release_of_streams() throws IOException {
        assertThat(versionIn(Producer.class, "/kafka/kafka-version.properties"))
                .isEqualTo(versionIn(KafkaStreams.class, "/kafka/kafka-streams-version.properties"));
    }

    @Test
    void opentelemetry_is_of_the_version_under_test() {
        assertThat(OpenTelemetry.class.getPackage().getImplementationVersion())
                .isEqualTo(System.getProperty("linkspan.opentelemetry"));
    }

    private static String versionIn(Class<?> of, String resource) throws IOException {
        Properties version = new Properties();
        try (InputStream in = of.getResourceAsStream(resource)) {
            version.load(in);
        }
        return version.getProperty("version");
    }
}
