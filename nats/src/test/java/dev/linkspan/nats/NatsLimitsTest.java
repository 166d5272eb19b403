package dev.linkspan.nats;

import static dev.linkspan.testing.LinkspanAssertions.assertThatMetrics;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.PublishOptions;
import io.nats.client.api.ServerInfo;
import io.nats.client.impl.Headers;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server does not take goes without context, and is counted. */
class NatsLimitsTest {

    private static final int TRACEPARENT = 81;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create()
            .propagators(W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance(), new Accented());

    private final FakeConnection fake = new FakeConnection();
    private final Connection connection =
            NatsTelemetry.create(otel.openTelemetry()).wrap(fake.connection);

    @Test
    void message_that_fits_exactly_carries_its_context() {
        connection.publish("orders", new byte[FakeConnection.MAX_PAYLOAD - TRACEPARENT]);

        assertThat(fake.last().headers().serializedLength()).isEqualTo(TRACEPARENT);
        assertOutcome("injected");
    }

    @Test
    void message_that_would_be_a_byte_too_large_goes_as_it_is() {
        connection.publish("orders", new byte[FakeConnection.MAX_PAYLOAD - TRACEPARENT + 1]);

        assertThat(fake.last().overload()).isEqualTo("subject, body");
        assertOutcome("skipped");
    }

    @Test
    void caller_s_headers_count_too() {
        Headers headers = new Headers().add("tenant", "a");
        int room = FakeConnection.MAX_PAYLOAD - headers.serializedLength() - 69;
        connection.publish("orders", headers, new byte[room]);
        assertThat(fake.last().headers().serializedLength() + room).isEqualTo(FakeConnection.MAX_PAYLOAD);
        connection.publish("orders", headers, new byte[room + 1]);

        assertThat(fake.last().headers()).isSameAs(headers);
    }

    @Test
    void headers_that_jetstream_s_options_become_count_too() throws Exception {
        PublishOptions options =
                PublishOptions.builder().messageId("x".repeat(700)).build();
        connection.jetStream().publish("orders", new byte[200], options);

        assertThat(fake.jetStream.last().overload()).isEqualTo("subject, body, options");
        assertOutcome("skipped");
    }

    @Test
    void baggage_is_left_out_first() {
        try (Scope scope =
                Baggage.builder().put("tenant", "x".repeat(100)).build().makeCurrent()) {
            connection.publish("orders", new byte[FakeConnection.MAX_PAYLOAD - TRACEPARENT]);
        }

        assertThat(fake.last().headers().keySet()).containsExactly("traceparent");
    }

    @Test
    void server_without_headers_gets_none() throws Exception {
        fake.server = FakeConnection.server(8, false);
        fake.replyLater.complete(FakeMessage.to("_INBOX.a"));
        connection.publish("orders", new byte[1]);
        connection.request("orders", new byte[1]);
        connection.jetStream().publish("orders", new byte[1]);

        assertThat(fake.published)
                .allSatisfy(published -> assertThat(published.overload()).isEqualTo("subject, body"));
        assertThat(fake.jetStream.last().overload()).isEqualTo("subject, body");
        assertThat(otel.spans()).hasSize(3);
    }

    @Test
    void server_without_a_limit_gets_everything() {
        fake.server = new ServerInfo("INFO {\"headers\":true}");
        connection.publish("orders", new byte[2 << 20]);

        assertThat(fake.last().header("traceparent")).isNotNull();
    }

    @Test
    void headers_grow_no_larger_than_a_stream_takes() {
        fake.server = new ServerInfo("INFO {\"headers\":true,\"max_payload\":1048576}");
        Headers headers = new Headers().add("tenant", "x".repeat(65_535 - 12 - 69 - "tenant:".length() - 2));
        connection.publish("orders", headers, new byte[1]);
        assertThat(fake.last().headers().serializedLength()).isEqualTo(65_535);
        headers.put("tenant", headers.getFirst("tenant") + "x");
        connection.publish("orders", headers, new byte[1]);

        assertThat(fake.last().headers()).isSameAs(headers);
    }

    @Test
    void header_that_nats_refuses_is_left_out_alone_and_counted() {
        connection.publish("orders", new byte[1]);

        assertThat(fake.last().headers().keySet()).containsExactly("traceparent");
        assertThatMetrics(otel.metrics()).hasTotal("linkspan.propagation.rejected", 1);
    }

    private static void assertOutcome(String outcome) {
        assertThat(otel.metrics())
                .filteredOn(metric -> metric.getName().equals("linkspan.propagation.injected"))
                .flatExtracting(metric -> metric.getLongSumData().getPoints())
                .extracting(point -> point.getAttributes().get(AttributeKey.stringKey("linkspan.outcome")))
                .containsExactly(outcome);
    }

    /** Writes what cannot be a header of NATS, in any room. */
    private static final class Accented implements TextMapPropagator {
        @Override
        public Collection<String> fields() {
            return List.of();
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            if (Baggage.fromContext(context).isEmpty()) {
                setter.set(carrier, "city", "Málaga");
            }
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            return context;
        }
    }
}
