package dev.linkspan.nats;

import static dev.linkspan.testing.LinkspanAssertions.assertThatMetrics;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.PushSubscribeOptions;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a dispatcher calls. */
class NatsHandlerTest {

    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeConnection fake = new FakeConnection();
    private final NatsTelemetry nats = NatsTelemetry.create(otel.openTelemetry());
    private final Connection connection = nats.wrap(fake.connection);
    private final List<Message> handled = new ArrayList<>();
    private final List<Span> current = new ArrayList<>();

    @AfterEach
    void conventions() {
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().followsConventions();
    }

    private void handle(Message message) {
        handled.add(message);
        current.add(Span.current());
    }

    private Message arrived(FakeMessage message, String queue) {
        return message.by(fake.connection, new FakeSubscription(message.getSubject(), queue, () -> null).subscription);
    }

    @Test
    void handler_runs_inside_a_process_span_that_links_to_the_publisher() throws Exception {
        connection.createDispatcher(this::handle);
        Message message = arrived(FakeMessage.to("orders", "traceparent", TRACEPARENT), null);
        fake.handler.onMessage(message);

        assertThat(handled).singleElement().isSameAs(message);
        assertThat(span())
                .hasName("process orders")
                .hasKind(SpanKind.CONSUMER)
                .hasNoParent()
                .hasTotalRecordedLinks(1)
                .hasAttribute(Names.SERVER, "north");
        assertThat(span().getLinks().get(0).getSpanContext().getSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(current.get(0).getSpanContext().getSpanId()).isEqualTo(span().getSpanId());
        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 1);
    }

    @Test
    void queue_of_the_subscription_is_the_consumer_group() throws Exception {
        connection.createDispatcher(this::handle);
        fake.handler.onMessage(arrived(FakeMessage.to("orders"), "billing-workers"));
        fake.handler.onMessage(arrived(FakeMessage.to("orders"), null));

        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.GROUP))
                .containsExactly("billing-workers", null);
    }

    @Test
    void durable_consumer_is_the_consumer_group_and_an_ephemeral_one_is_none() throws Exception {
        MessageHandler handler = this::handle;
        connection
                .jetStream()
                .subscribe(
                        "orders",
                        null,
                        handler,
                        true,
                        PushSubscribeOptions.builder().build());
        fake.jetStream.handler.onMessage(arrived(FakeMessage.ofStream("orders", 3, 1), null));
        connection
                .jetStream()
                .subscribe(
                        "orders",
                        null,
                        handler,
                        true,
                        PushSubscribeOptions.builder().durable("billing").build());
        fake.jetStream.handler.onMessage(arrived(FakeMessage.ofStream("orders", 4, 2), null));

        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.GROUP))
                .containsExactly(null, "billing");
    }

    @Test
    void message_of_a_stream_says_which_and_how_often_it_was_delivered() throws Exception {
        connection.createDispatcher(this::handle);
        fake.handler.onMessage(arrived(FakeMessage.ofStream("orders", 41, 3, "Nats-Msg-Id", "o-17"), null));

        assertThat(span())
                .hasAttribute(NatsAttributes.STREAM, "ORDERS")
                .hasAttribute(NatsAttributes.CONSUMER, "billing")
                .hasAttribute(NatsAttributes.SEQUENCE, 41L)
                .hasAttribute(Names.DELIVERIES, 3L)
                .hasAttribute(Names.MESSAGE_ID, "o-17");
    }

    @Test
    void exception_of_a_handler_comes_out_as_the_same_object_and_marks_the_span() {
        for (Throwable thrown :
                List.of(new IllegalStateException("no"), new AssertionError("no"), new InterruptedException())) {
            otel.reset();
            connection.createDispatcher(message -> raise(thrown));
            Throwable caught = catchThrowable(() -> fake.handler.onMessage(arrived(FakeMessage.to("orders"), null)));

            assertThat(caught).isSameAs(thrown);
            assertThat(span().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        }
    }

    @Test
    void interrupt_that_a_handler_leaves_is_left() throws Exception {
        connection.createDispatcher(message -> Thread.currentThread().interrupt());
        fake.handler.onMessage(arrived(FakeMessage.to("orders"), null));
        assertThat(Thread.interrupted()).isTrue();

        connection.createDispatcher(message -> Thread.interrupted());
        Thread.currentThread().interrupt();
        fake.handler.onMessage(arrived(FakeMessage.to("orders"), null));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void status_reaches_the_handler_without_a_span() throws Exception {
        connection.createDispatcher(this::handle);
        fake.handler.onMessage(arrived(FakeMessage.status(100, "Idle Heartbeat"), null));

        assertThat(handled).hasSize(1);
        assertThat(otel.spans()).isEmpty();
        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 0);
    }

    @Test
    void hand_off_counts_the_delivery_and_makes_no_span_until_the_message_is_processed() throws Exception {
        connection.createDispatcher(nats.handOff(this::handle));
        fake.handler.onMessage(arrived(FakeMessage.to("orders", "traceparent", TRACEPARENT), "workers"));
        assertThat(otel.spans()).isEmpty();
        assertThat(current.get(0).getSpanContext().isValid()).isFalse();

        Thread pool = new Thread(() -> nats.messages().process(handled.get(0), this::handle));
        pool.start();
        pool.join();

        assertThat(span()).hasName("process orders").hasTotalRecordedLinks(1).hasAttribute(Names.GROUP, "workers");
        assertThatMetrics(otel.metrics())
                .hasTotal("messaging.client.consumed.messages", 1)
                .hasTotal("linkspan.propagation.extracted", 1);
    }

    @Test
    void hand_off_on_a_bare_connection_leaves_the_counting_to_whoever_processes() throws Exception {
        nats.handOff(this::handle).onMessage(FakeMessage.to("orders"));
        nats.messages().process(handled.get(0), this::handle);

        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 1);
    }

    @Test
    void processing_what_a_handler_got_once_more_counts_no_second_delivery() throws Exception {
        connection.createDispatcher(message -> nats.messages().process(message, this::handle));
        fake.handler.onMessage(arrived(FakeMessage.to("orders"), null));

        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("process orders", "process orders");
        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 1);
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void raise(Throwable thrown) throws X {
        throw (X) thrown;
    }

    private static SpanData span() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }
}
