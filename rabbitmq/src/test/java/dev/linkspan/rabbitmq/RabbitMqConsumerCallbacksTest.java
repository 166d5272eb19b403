package dev.linkspan.rabbitmq;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import dev.linkspan.testing.LinkspanExtension;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a consumer hears of besides deliveries. */
class RabbitMqConsumerCallbacksTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private RabbitMqBench bench;

    @BeforeEach
    void connect() throws Exception {
        bench = new RabbitMqBench(RabbitMqTelemetry.create(otel.openTelemetry()));
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void all_that_a_consumer_is_told_reaches_it() throws Exception {
        Told told = new Told();
        bench.channel.basicConsume("orders", false, "mine", told);
        assertThat(told.next()).isEqualTo("handleConsumeOk mine");
        bench.given("hello");
        assertThat(told.next()).isEqualTo("handleDelivery mine hello");
        bench.channel.basicCancel("mine");
        assertThat(told.next()).isEqualTo("handleCancelOk mine");

        bench.channel.basicConsume("orders", false, "mine", told);
        assertThat(told.next()).isEqualTo("handleConsumeOk mine");
        bench.broker.cancel("orders");
        assertThat(told.next()).isEqualTo("handleCancel mine");

        bench.channel.basicConsume("orders", false, "mine", told);
        assertThat(told.next()).isEqualTo("handleConsumeOk mine");
        bench.connection.close();
        assertThat(told.next()).isEqualTo("handleShutdownSignal mine");
        assertThat(told.all).isEmpty();
    }

    @Test
    void recovery_reaches_the_consumer_too() {
        Told told = new Told();
        new RabbitMqTracedConsumer("orders", told, null, false).handleRecoverOk("mine");
        bench.rabbitMq.handOff(told).handleRecoverOk("mine");

        assertThat(told.all).containsExactly("handleRecoverOk mine", "handleRecoverOk mine");
    }

    /** What a consumer was told, in order. */
    private static final class Told implements Consumer {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return all.poll(10, SECONDS);
        }

        @Override
        public void handleConsumeOk(String tag) {
            all.add("handleConsumeOk " + tag);
        }

        @Override
        public void handleCancelOk(String tag) {
            all.add("handleCancelOk " + tag);
        }

        @Override
        public void handleCancel(String tag) {
            all.add("handleCancel " + tag);
        }

        @Override
        public void handleShutdownSignal(String tag, com.rabbitmq.client.ShutdownSignalException signal) {
            all.add("handleShutdownSignal " + tag);
        }

        @Override
        public void handleRecoverOk(String tag) {
            all.add("handleRecoverOk " + tag);
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
            all.add("handleDelivery " + tag + " " + new String(body));
        }
    }
}
