package dev.linkspan.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokersTest {

    @Test
    void an_unknown_mode_is_refused_with_the_known_ones() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> BrokerMode.of("docker", () -> true))
                .withMessage("linkspan.brokers=docker: expected auto, testcontainers or local");
    }

    @Test
    void auto_takes_containers_where_an_engine_answers_and_else_local_brokers() {
        assertThat(BrokerMode.of("auto", () -> true)).isEqualTo(BrokerMode.TESTCONTAINERS);
        assertThat(BrokerMode.of("", () -> true)).isEqualTo(BrokerMode.TESTCONTAINERS);
        assertThat(BrokerMode.of("auto", () -> false)).isEqualTo(BrokerMode.LOCAL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_forced_mode_does_not_ask_for_an_engine(boolean engineAnswers) {
        assertThat(BrokerMode.of("local", () -> engineAnswers)).isEqualTo(BrokerMode.LOCAL);
        assertThat(BrokerMode.of("testcontainers", () -> engineAnswers)).isEqualTo(BrokerMode.TESTCONTAINERS);
    }

    @Test
    void a_forced_mode_that_a_broker_lacks_is_an_error_and_no_other_stands_in() {
        Brokers<Broker> brokers = new Brokers<>("kafka", Map.of(BrokerMode.LOCAL, settings -> new ToyBroker()));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> brokers.start(BrokerMode.TESTCONTAINERS, Map.of()))
                .withMessage("linkspan.brokers=testcontainers: kafka cannot be started that way, only local");
    }

    @Test
    void a_shared_broker_that_fails_is_started_once_and_fails_every_test_that_asks() {
        AtomicInteger starts = new AtomicInteger();
        Brokers<Broker> brokers = new Brokers<>("toy", Map.of(BrokerMode.LOCAL, settings -> {
            starts.incrementAndGet();
            throw new IllegalStateException("port taken");
        }));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> brokers.shared(BrokerMode.LOCAL))
                .withMessage("port taken");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> brokers.shared(BrokerMode.LOCAL))
                .withMessage("toy could not be started")
                .withStackTraceContaining("port taken");
        assertThat(starts).hasValue(1);
    }

    @Test
    void the_report_says_which_broker_ran_and_where(@TempDir Path folder) {
        BrokerReport.write(folder, "toy", new ToyBroker());

        assertThat(folder.resolve("toy.properties"))
                .hasContent("name=toy\nversion=1.0\nwhere=in memory\nreal=emulated (holds no limits)\n");
    }

    private static final class ToyBroker implements Broker {
        @Override
        public String version() {
            return "1.0";
        }

        @Override
        public String address() {
            return "nowhere:1";
        }

        @Override
        public String where() {
            return "in memory";
        }

        @Override
        public String emulated() {
            return "holds no limits";
        }

        @Override
        public void kill() {}

        @Override
        public void restart() {}

        @Override
        public void close() {}
    }
}
