package dev.linkspan.it.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.impl.ClientVersion;
import org.junit.jupiter.api.Test;

/** The scenarios run on several versions of RabbitMQ's client; here it is seen that they do. */
class RabbitMqVersionIT {
    @Test
    void rabbitmq_client_is_of_the_version_under_test() {
        assertThat(ClientVersion.VERSION).isEqualTo(System.getProperty("linkspan.rabbitmq"));
    }
}
