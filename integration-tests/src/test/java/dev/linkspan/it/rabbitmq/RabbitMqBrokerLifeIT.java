package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.it.BrokerLifeContract;
import dev.linkspan.it.Brokers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RabbitMqBrokerLifeIT extends BrokerLifeContract<RabbitMqServer> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    public static void main(String[] args) throws InterruptedException {
        hold(RabbitMqServer.BROKERS);
    }

    @Override
    protected Brokers<RabbitMqServer> brokers() {
        return RabbitMqServer.BROKERS;
    }

    @Override
    protected Queue queue(RabbitMqServer broker) throws InterruptedException {
        return new DurableQueue(new RabbitMqClients(broker, "RabbitMqBrokerLifeIT"));
    }

    @Test
    void a_broker_of_a_tests_own_takes_settings() {
        try (RabbitMqServer broker = RabbitMqServer.BROKERS.start(Map.of("frame_max", "8192"));
                RabbitMqClients rabbitMq = new RabbitMqClients(broker, "RabbitMqBrokerLifeIT-settings")) {
            assertThat(rabbitMq.connection().getFrameMax()).isEqualTo(8192);
        }
    }

    private static final class DurableQueue implements Queue {

        private final RabbitMqClients rabbitMq;
        private final String name;
        private final Channel sending;

        DurableQueue(RabbitMqClients rabbitMq) throws InterruptedException {
            this.rabbitMq = rabbitMq;
            this.name = rabbitMq.queueOnDisk();
            this.sending = rabbitMq.confirmingChannel();
        }

        @Override
        public void send(List<String> bodies) {
            Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                RabbitMqClients.send(sending, name, bodies.toArray(String[]::new));
                return true;
            });
        }

        @Override
        public List<String> receive(int count) {
            Channel receiving = rabbitMq.channel();
            List<String> bodies = new ArrayList<>();
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                GetResponse next;
                while (bodies.size() < count && (next = receiving.basicGet(name, true)) != null) {
                    bodies.add(new String(next.getBody(), UTF_8));
                }
                assertThat(bodies).hasSize(count);
            });
            return bodies;
        }

        @Override
        public void close() {
            rabbitMq.close();
        }
    }
}
