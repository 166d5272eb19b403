package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.id;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyCarrier;
import dev.linkspan.propagation.toy.ToyMessage;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A place for a context that the broker has beside its headers. */
class BrokerContextTest {

    private static final String PLACE = "the broker's own";
    private static final String ELSEWHERE = "1bf8651916cd43dd8448eb211c80319c/c8ae7b7169203332";

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessagingTelemetry messaging = recorded.messaging();
    private final Adapter adapter = new Adapter(new Carrier());
    private final MessageTracer<ToyMessage> tracer = messaging.tracer(adapter, ClientFacts.NONE, true);
    private final MessageSender<ToyMessage, Map<String, List<String>>> sender =
            messaging.sender(adapter, ClientFacts.NONE);

    @Test
    void context_in_the_broker_s_place_is_linked_to() {
        tracer.start(inPlace(ToyMessage.to("orders"))).close();

        assertThat(links(recorded.span("process orders"))).containsExactly(ELSEWHERE);
        assertThat(recorded.count("linkspan.propagation.extracted", "linkspan.outcome", "linked"))
                .isEqualTo(1);
    }

    @Test
    void context_in_the_headers_comes_first() {
        tracer.start(inPlace(ToyMessage.to("orders").header("traceparent", TRACEPARENT)))
                .close();

        assertThat(links(recorded.span("process orders"))).containsExactly(ORIGIN);
    }

    @Test
    void context_in_the_broker_s_place_stands_in_for_a_malformed_one() {
        tracer.start(inPlace(ToyMessage.to("orders").header("traceparent", "nonsense")))
                .close();

        assertThat(links(recorded.span("process orders"))).containsExactly(ELSEWHERE);
    }

    @Test
    void place_is_used_where_headers_have_no_room_and_what_is_stale_goes() {
        Map<String, List<String>> headers = ToyMessage.to("orders")
                .header("tracestate", "stale=1")
                .header("one", "1")
                .header("two", "2")
                .headers();
        MessageSpan span = sender.start(ToyMessage.to("orders"));
        boolean done = sender.inject(span, headers, Long.MAX_VALUE, 2);
        span.close();

        assertThat(done).isTrue();
        assertThat(headers).containsOnlyKeys("one", "two", PLACE);
        assertThat(headers.get(PLACE)).containsExactly(id(recorded.span("send orders")));
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "injected"))
                .isEqualTo(1);
    }

    @Test
    void place_is_not_used_where_headers_have_room() {
        Map<String, List<String>> headers = ToyMessage.to("orders").headers();
        try (MessageSpan span = sender.start(ToyMessage.to("orders"))) {
            sender.inject(span, headers, Long.MAX_VALUE, 1);
        }

        assertThat(headers).containsOnlyKeys("traceparent");
    }

    @Test
    void place_that_is_taken_leaves_the_message_as_it_was() {
        Map<String, List<String>> headers =
                inPlace(ToyMessage.to("orders").header("one", "1")).headers();
        MessageSpan span = sender.start(ToyMessage.to("orders"));
        boolean done = sender.inject(span, headers, Long.MAX_VALUE, 1);
        span.close();

        assertThat(done).isFalse();
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "skipped"))
                .isEqualTo(1);
    }

    @Test
    void context_that_create_put_into_the_broker_s_place_is_kept_and_linked_to() {
        ToyMessage message = ToyMessage.to("orders").header("one", "1");
        try (MessageSpan create = sender.create(message)) {
            sender.inject(create, message.headers(), Long.MAX_VALUE, 1);
        }
        MessageSpan send = sender.start(message);
        send.close();

        assertThat(sender.injects(send)).isFalse();
        assertThat(links(recorded.span("send orders"))).containsExactly(id(recorded.span("create orders")));
    }

    @Test
    void carrier_that_fails_to_read_or_write_the_place_stops_nothing() {
        Adapter failing = new Adapter(new Carrier() {
            @Override
            public SpanContext brokerContext(Map<String, List<String>> headers) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public boolean setBrokerContext(Map<String, List<String>> headers, SpanContext context) {
                throw new AssertionError("on purpose");
            }
        });
        messaging
                .tracer(failing, ClientFacts.NONE, true)
                .start(ToyMessage.to("orders"))
                .close();
        MessageSender<ToyMessage, Map<String, List<String>>> failingSender =
                messaging.sender(failing, ClientFacts.NONE);
        boolean done;
        try (MessageSpan span = failingSender.start(ToyMessage.to("orders"))) {
            done = failingSender.inject(span, ToyMessage.to("orders").headers(), Long.MAX_VALUE, 0);
        }

        assertThat(done).isFalse();
        assertThat(links(recorded.span("process orders"))).isEmpty();
        assertThat(recorded.errors("carrier.brokerContext")).isPositive();
        assertThat(recorded.errors("carrier.set")).isEqualTo(1);
    }

    private static ToyMessage inPlace(ToyMessage message) {
        return message.header(PLACE, ELSEWHERE);
    }

    private static final class Adapter extends ToyAdapter {
        private final Carrier carrier;

        Adapter(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public HeaderCarrier<Map<String, List<String>>> carrier() {
            return carrier;
        }
    }

    private static class Carrier extends ToyCarrier {
        @Override
        public Iterable<String> names(Map<String, List<String>> headers) {
            List<String> names = new ArrayList<>();
            super.names(headers).forEach(names::add);
            names.remove(PLACE);
            return names;
        }

        @Override
        public @Nullable SpanContext brokerContext(Map<String, List<String>> headers) {
            String[] ids = headers.getOrDefault(PLACE, List.of("/")).get(0).split("/", -1);
            return headers.containsKey(PLACE)
                    ? SpanContext.createFromRemoteParent(
                            ids[0], ids[1], TraceFlags.getSampled(), TraceState.getDefault())
                    : null;
        }

        @Override
        public boolean setBrokerContext(Map<String, List<String>> headers, SpanContext context) {
            return headers.putIfAbsent(PLACE, List.of(id(context))) == null;
        }
    }
}
