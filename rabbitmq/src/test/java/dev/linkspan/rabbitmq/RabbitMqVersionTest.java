package dev.linkspan.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.impl.ClientVersion;
import io.opentelemetry.api.OpenTelemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The build runs the tests on several versions of RabbitMQ's client; here it is seen that it does. */
@EnabledIfSystemProperty(named = "linkspan.rabbitmq", matches = ".+")
class RabbitMqVersionTest {
    @Test
    void rabbitmq_client_is_of_the_version_under_test() {
        assertThat(ClientVersion.VERSION).isEqualTo(System.getProperty("linkspan.rabbitmq"));
    }

    @Test
    void opentelemetry_is_of_the_version_under_test() {
        assertThat(OpenTelemetry.class.getPackage().getImplementationVersion())
                .isEqualTo(System.getProperty("linkspan.opentelemetry"));
    }
}
