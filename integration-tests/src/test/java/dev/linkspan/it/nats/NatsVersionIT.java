package dev.linkspan.it.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Nats;
import org.junit.jupiter.api.Test;

/** The scenarios run on several versions of NATS's client; here it is seen that they do. */
class NatsVersionIT {
    @Test
    void nats_client_is_of_the_version_under_test() {
        assertThat(Nats.CLIENT_VERSION).isEqualTo(System.getProperty("linkspan.nats"));
    }
}
