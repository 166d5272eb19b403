package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a broker tells its client in the shape of a message, such as a status, is no message. */
class ControlMessageTest {

    private static final ToyMessage STATUS = ToyMessage.to("status").header("traceparent", TRACEPARENT);
    private static final ToyMessage ORDER = ToyMessage.to("orders").header("traceparent", TRACEPARENT);

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessageTracer<ToyMessage> tracer =
            recorded.messaging().tracer(new StatusKnowing(), ClientFacts.NONE, true);

    @Test
    void status_is_handled_without_a_span_in_the_context_that_is_current() throws Exception {
        Span loop = recorded.startSpan("loop");
        Span seen;
        try (Scope scope = loop.makeCurrent()) {
            seen = tracer.call(STATUS, message -> Span.current());
        }
        loop.end();

        assertThat(seen).isSameAs(loop);
        assertThat(recorded.names()).containsExactly("loop");
        assertNothingIsCounted();
    }

    @Test
    void pull_that_brought_only_a_status_makes_no_span() {
        tracer.received(List.of(STATUS), System.nanoTime());
        tracer.delivered(STATUS);

        assertThat(recorded.spans()).isEmpty();
        assertNothingIsCounted();
    }

    @Test
    void status_among_messages_is_neither_linked_nor_counted() {
        tracer.received(List.of(ORDER, STATUS), System.nanoTime());
        tracer.startBatch(List.of(STATUS, ORDER)).close();

        for (String span : List.of("poll orders", "process orders")) {
            assertThat(recorded.span(span).getAttributes().get(Semconv.BATCH_MESSAGE_COUNT))
                    .isEqualTo(1);
            assertThat(recorded.span(span).getLinks()).hasSize(1);
        }
    }

    @Test
    void adapter_that_throws_when_it_is_asked_is_counted_and_the_message_traced() {
        recorded.messaging()
                .tracer(
                        new ToyAdapter() {
                            @Override
                            public boolean control(ToyMessage message) {
                                throw new IllegalStateException("on purpose");
                            }
                        },
                        ClientFacts.NONE,
                        true)
                .process(ORDER, message -> {});

        assertThat(recorded.spans("process orders")).hasSize(1);
        assertThat(recorded.errors("adapter.control")).isEqualTo(1);
    }

    private void assertNothingIsCounted() {
        assertThat(recorded.counter("messaging.client.consumed.messages")).isEmpty();
        assertThat(recorded.counter("linkspan.propagation.extracted")).isEmpty();
    }

    private static final class StatusKnowing extends ToyAdapter {
        @Override
        public boolean control(ToyMessage message) {
            return message.topic().equals("status");
        }
    }
}
