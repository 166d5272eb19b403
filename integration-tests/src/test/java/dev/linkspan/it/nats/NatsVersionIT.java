package dev.linkspan.it.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Nats;
import org.junit.jupiter.api.Test;

/** The build runs the scenarios on several versions of the client; here it is seen that it does. */
class NatsVersionIT {
    @Test
    void the_nats_client_is_of_the_version_under_test() {
        assertThat(Nats.CLIENT_VERSION).isEqualTo(System.getProperty("linkspan.nats"));
    }
}
