package dev.linkspan.it.nats;

import static dev.linkspan.it.nats.NatsBodies.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.examples.NatsQuickstart;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.ConsumerInfo;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The first snippets of NATS's README, run as they stand there; no other test uses their subjects. */
@ExtendWith(NatsExtension.class)
class NatsQuickstartIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final NatsQuickstart quickstart = new NatsQuickstart(handled::add);

    @Test
    void the_first_snippet_publishes_and_handles_a_linked_order(NatsClients clients) throws Exception {
        try (Connection connection = quickstart.handleAndPublish(
                otel.openTelemetry(), clients.options().build())) {
            otel.awaitSpans(2);
        }

        assertThat(handled).containsExactly("two chairs");
        otel.assertThatSpans().propagates("orders").followsConventions();
    }

    @Test
    void the_second_snippet_stores_pulls_and_acks_a_linked_order(NatsClients clients) throws Exception {
        String stream = clients.stream("stored.orders");
        NatsTelemetry nats = NatsTelemetry.create(otel.openTelemetry());
        Connection connection = nats.wrap(clients.connection());
        long start = System.nanoTime();
        try {
            quickstart.pull(
                    nats,
                    connection,
                    PullSubscribeOptions.builder().durable("billing").build(),
                    () -> handled.isEmpty() && System.nanoTime() - start < PATIENCE);

            assertThat(handled).containsExactly("a table");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(connection
                                    .getConsumerContext(stream, "billing")
                                    .getConsumerInfo())
                            .returns(0L, ConsumerInfo::getNumAckPending)
                            .returns(0L, ConsumerInfo::getNumPending));
            otel.awaitSpans(4);
            otel.assertThatSpans()
                    .propagates("stored.orders")
                    .followsConventions()
                    .hasOnlySpans(
                            "publish stored.orders",
                            "receive stored.orders",
                            "process stored.orders",
                            "ack stored.orders");
        } finally {
            connection.jetStreamManagement().deleteStream(stream);
        }
    }

    @Test
    void the_third_snippet_handles_linked_orders_on_a_pool(NatsClients clients) {
        NatsTelemetry nats = NatsTelemetry.create(otel.openTelemetry());
        Connection connection = nats.wrap(clients.connection());
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            quickstart.handOff(nats, connection, pool);
            NatsClients.flush(connection);
            connection.publish("orders", body("a lamp"));
            otel.awaitSpans(2);
        } finally {
            pool.shutdownNow();
        }

        assertThat(handled).containsExactly("a lamp");
        otel.assertThatSpans().propagates("orders").destination("orders").hasProcessSpans(1);
    }
}
