package dev.linkspan.nats;

import static dev.linkspan.nats.FakeJetStream.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A connection, a message or a setting that cannot be read is traced with what remains. */
class NatsBrokenFactsTest {

    private static final Logger LOGGER = Logger.getLogger("dev.linkspan");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @BeforeAll
    static void quiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOGGER.setLevel(null);
    }

    @Test
    void connection_that_cannot_be_asked_for_anything_still_publishes() {
        List<String> published = new ArrayList<>();
        // fakes neither options nor a server, and so throws when asked for them
        Connection mute = Fakes.of(Connection.class, new Object() {
            @SuppressWarnings("unused")
            void publish(String subject, Headers headers, byte[] body) {
                published.add(headers.getFirst("traceparent"));
            }
        });
        NatsTelemetry.create(otel.openTelemetry()).wrap(mute).publish("orders", bytes("1"));

        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("publish orders");
        assertThat(published)
                .singleElement()
                .asString()
                .contains(otel.spans().get(0).getSpanId());
        assertThat(errors()).isPositive();
    }

    @Test
    void message_whose_metadata_cannot_be_read_is_still_handled() {
        List<Message> handled = new ArrayList<>();
        FakeMessage broken = FakeMessage.withReplyTo("orders", "$JS.ACK.nonsense");
        NatsTelemetry.create(otel.openTelemetry()).messages().process(broken, handled::add);

        assertThat(handled).containsExactly(broken);
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("process orders");
        assertThat(errors()).isPositive();
    }

    @Test
    void settling_what_cannot_be_asked_how_it_was_settled_still_settles() {
        List<String> settled = new ArrayList<>();
        Message odd = Fakes.of(Message.class, new Object() {
            @SuppressWarnings("unused")
            void ack() {
                settled.add("ack");
            }
        });
        Connection connection = NatsTelemetry.create(otel.openTelemetry()).wrap(new FakeConnection().connection);
        NatsSettlement.of(connection).ack(odd);
        NatsSettlement.of(connection).settle(List.of(odd), message -> true);

        assertThat(settled).containsExactly("ack", "ack");
        assertThat(errors()).isPositive();
    }

    private static long errors() {
        return otel.metrics().stream()
                .filter(metric -> metric.getName().equals("linkspan.telemetry.errors"))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }
}
