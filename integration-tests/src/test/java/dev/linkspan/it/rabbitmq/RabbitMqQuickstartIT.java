package dev.linkspan.it.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.linkspan.examples.RabbitMqQuickstart;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The first snippets of RabbitMQ's README, run as they stand there; no other test uses their queue. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqQuickstartIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final List<String> handled = new CopyOnWriteArrayList<>();

    @Test
    void the_first_snippets_send_consume_and_pull_linked_orders(RabbitMqClients clients) throws Exception {
        Channel bare = clients.channel();
        bare.queueDeclare("orders", false, false, false, null);
        try {
            RabbitMqQuickstart quickstart = new RabbitMqQuickstart(handled::add);
            try (Connection connection = quickstart.consume(otel.openTelemetry(), clients.factory())) {
                // publish, process, and the ack inside of it
                otel.awaitSpans(3);
                assertThat(handled).containsExactly("two chairs");
            }

            RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
            Channel channel = rabbitMq.wrap(clients.connection(rabbitMq.wrap(clients.factory())))
                    .createChannel();
            channel.basicPublish("", "orders", null, new byte[0]);
            await().until(() -> quickstart.pull(rabbitMq, channel));

            assertThat(handled).hasSize(2);
            otel.awaitSpans(6);
            otel.assertThatSpans()
                    .propagates("orders")
                    .followsConventions()
                    .destination("orders")
                    .hasProcessSpans(2);
        } finally {
            bare.queueDelete("orders");
        }
    }
}
