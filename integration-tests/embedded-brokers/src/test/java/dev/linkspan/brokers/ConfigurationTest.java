package dev.linkspan.brokers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigurationTest {

    @Test
    void nats_gets_each_setting_on_a_line() {
        assertThat(NatsBroker.configuration(Map.of("max_payload", "1024", "max_connections", "10")))
                .isEqualTo("max_connections: 10\nmax_payload: 1024\n");
    }

    @Test
    void rabbitmq_gets_each_setting_on_a_line_and_those_given_win_over_those_for_tests() {
        assertThat(RabbitMqBroker.configuration(Map.of("frame_max", "8192", "log.console.level", "debug")))
                .contains("frame_max = 8192\n", "loopback_users = none\n", "log.console.level = debug\n")
                .doesNotContain("= info");
    }
}
