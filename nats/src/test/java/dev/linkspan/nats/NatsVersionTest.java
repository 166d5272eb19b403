package dev.linkspan.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Nats;
import io.opentelemetry.api.OpenTelemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The build runs the tests on several versions of NATS's client; here it is seen that it does. */
@EnabledIfSystemProperty(named = "linkspan.nats", matches = ".+")
class NatsVersionTest {
    @Test
    void nats_client_is_of_the_version_under_test() {
        assertThat(Nats.CLIENT_VERSION).isEqualTo(System.getProperty("linkspan.nats"));
    }

    @Test
    void opentelemetry_is_of_the_version_under_test() {
        assertThat(OpenTelemetry.class.getPackage().getImplementationVersion())
                .isEqualTo(System.getProperty("linkspan.opentelemetry"));
    }
}
