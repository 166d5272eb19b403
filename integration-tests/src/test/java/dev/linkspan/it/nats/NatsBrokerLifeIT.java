package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.linkspan.it.BrokerLifeContract;
import dev.linkspan.it.Brokers;
import io.nats.client.Connection;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStream;
import io.nats.client.JetStreamOptions;
import io.nats.client.PublishOptions;
import io.nats.client.api.OrderedConsumerConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class NatsBrokerLifeIT extends BrokerLifeContract<NatsServer> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    public static void main(String[] args) throws InterruptedException {
        hold(NatsServer.BROKERS);
    }

    @Override
    protected Brokers<NatsServer> brokers() {
        return NatsServer.BROKERS;
    }

    @Override
    protected Queue queue(NatsServer server) throws IOException {
        return new StreamQueue(new NatsClients(server, "NatsBrokerLifeIT"));
    }

    @Test
    void a_server_of_a_tests_own_takes_settings() {
        try (NatsServer server = NatsServer.BROKERS.start(Map.of("max_payload", "1024"));
                NatsClients nats = new NatsClients(server, "NatsBrokerLifeIT-settings")) {
            Connection connection = nats.connection();

            assertThat(connection.getMaxPayload()).isEqualTo(1024);
            connection.publish("any", new byte[1024]);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> connection.publish("any", new byte[1025]));
        }
    }

    private static final class StreamQueue implements Queue {

        private final NatsClients nats;
        private final String subject;
        private final String stream;
        private final JetStream sending;

        StreamQueue(NatsClients nats) throws IOException {
            this.nats = nats;
            this.subject = nats.uniqueName();
            this.stream = nats.stream(subject);
            // what is sent while the broker dies is soon sent again
            this.sending = nats.connection()
                    .jetStream(JetStreamOptions.builder()
                            .requestTimeout(Duration.ofSeconds(1))
                            .build());
        }

        @Override
        public void send(List<String> bodies) {
            for (String body : bodies) {
                PublishOptions once = PublishOptions.builder().messageId(body).build();
                Awaitility.await()
                        .atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> sending.publish(subject, body.getBytes(UTF_8), once) != null);
            }
        }

        @Override
        public List<String> receive(int count) {
            List<String> bodies = new ArrayList<>();
            try (IterableConsumer consumer = nats.connection()
                    .getStreamContext(stream)
                    .createOrderedConsumer(new OrderedConsumerConfiguration())
                    .iterate()) {
                while (bodies.size() < count) {
                    bodies.add(new String(consumer.nextMessage(PATIENCE).getData(), UTF_8));
                }
                return bodies;
            } catch (Exception e) {
                throw new IllegalStateException("after " + bodies, e);
            }
        }

        @Override
        public void close() {
            nats.close();
        }
    }
}
