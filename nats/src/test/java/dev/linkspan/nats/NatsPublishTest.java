package dev.linkspan.nats;

import static dev.linkspan.nats.FakeJetStream.bytes;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.nats.FakeConnection.Published;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.Message;
import io.nats.client.PublishOptions;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NatsPublishTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeConnection fake = new FakeConnection();
    private final Connection connection =
            NatsTelemetry.create(otel.openTelemetry()).wrap(fake.connection);

    @AfterEach
    void conventions() {
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void publish_is_a_producer_span_whose_context_the_message_carries() {
        connection.publish("orders", bytes("chair"));

        assertThat(span())
                .hasName("publish orders")
                .hasKind(SpanKind.PRODUCER)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "nats")
                        .put("messaging.operation.name", "publish")
                        .put("messaging.operation.type", "send")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.client.id", "7")
                        .put("server.address", "north")
                        .put("server.port", 4222)
                        .build());
        assertCarries(fake.last(), span());
    }

    @Test
    void every_overload_of_publish_carries_the_context() {
        Headers headers = new Headers().add("tenant", "a");
        connection.publish("orders", bytes("1"));
        connection.publish("orders", headers, bytes("2"));
        connection.publish("orders", "answers", bytes("3"));
        connection.publish("orders", "answers", headers, bytes("4"));
        connection.publish(message(headers));

        assertThat(fake.published)
                .extracting(Published::overload)
                .containsExactly(
                        "subject, headers, body",
                        "subject, headers, body",
                        "subject, replyTo, headers, body",
                        "subject, replyTo, headers, body",
                        "message");
        List<SpanData> spans = otel.spans();
        for (int i = 0; i < 5; i++) {
            assertCarries(fake.published.get(i), spans.get(i));
        }
        assertThat(fake.published)
                .extracting(published -> published.header("tenant"))
                .containsExactly(null, "a", null, "a", "a");
        assertThat(headers.keySet()).containsExactly("tenant");
    }

    @Test
    void every_overload_of_jetstream_s_publish_carries_the_context() throws Exception {
        JetStream jetStream = connection.jetStream();
        PublishOptions options = PublishOptions.builder().messageId("o-17").build();
        Headers headers = new Headers().add("tenant", "a");
        jetStream.publish("orders", bytes("1"));
        jetStream.publish("orders", headers, bytes("2"));
        jetStream.publish("orders", bytes("3"), options);
        jetStream.publish("orders", headers, bytes("4"), options);
        jetStream.publish(message(headers));
        jetStream.publish(message(headers), options);
        fake.jetStream.ackLater.complete(FakeJetStream.ack(false));
        jetStream.publishAsync("orders", bytes("1"));
        jetStream.publishAsync("orders", headers, bytes("2"));
        jetStream.publishAsync("orders", bytes("3"), options);
        jetStream.publishAsync("orders", headers, bytes("4"), options);
        jetStream.publishAsync(message(headers));
        jetStream.publishAsync(message(headers), options);

        List<Published> published = fake.jetStream.published;
        List<String> overloads = List.of(
                "subject, headers, body",
                "subject, headers, body",
                "subject, headers, body, options",
                "subject, headers, body, options",
                "message",
                "message, options");
        assertThat(published.subList(0, 6)).extracting(Published::overload).isEqualTo(overloads);
        assertThat(published.subList(6, 12)).extracting(Published::overload).isEqualTo(overloads);
        for (int i = 0; i < published.size(); i++) {
            assertCarries(published.get(i), otel.spans().get(i));
        }
        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.MESSAGE_ID))
                .containsExactly(null, null, "o-17", "o-17", null, "o-17", null, null, "o-17", "o-17", null, "o-17");
        assertThat(headers.keySet()).containsExactly("tenant");
    }

    @Test
    void stored_message_says_where_and_which_it_is() throws Exception {
        connection.jetStream().publish("orders", bytes("chair"));

        assertThat(span().getAttributes().get(NatsAttributes.STREAM)).isEqualTo("ORDERS");
        assertThat(span().getAttributes().get(NatsAttributes.SEQUENCE)).isEqualTo(12);
        assertThat(span().getAttributes().get(NatsAttributes.DUPLICATE)).isNull();
    }

    @Test
    void duplicate_that_is_not_stored_again_says_so() throws Exception {
        fake.jetStream.ack = FakeJetStream.ack(true);
        connection.jetStream().publish("orders", new Headers().add("Nats-Msg-Id", "o-17"), bytes("chair"));

        assertThat(span().getAttributes().get(NatsAttributes.DUPLICATE)).isTrue();
        assertThat(span().getAttributes().get(Names.MESSAGE_ID)).isEqualTo("o-17");
        assertThat(span()).hasStatus(StatusData.unset());
    }

    @Test
    void asynchronous_publish_ends_with_its_acknowledgement_and_returns_the_client_s_own_future() throws Exception {
        CompletableFuture<?> returned = connection.jetStream().publishAsync("orders", bytes("chair"));

        assertThat(returned).isSameAs(fake.jetStream.ackLater);
        assertThat(otel.spans()).isEmpty();
        fake.jetStream.ackLater.complete(FakeJetStream.ack(true));
        assertThat(span().getAttributes().get(NatsAttributes.DUPLICATE)).isTrue();
    }

    @Test
    void asynchronous_publish_that_fails_marks_its_span() throws Exception {
        connection.jetStream().publishAsync("orders", bytes("chair"));
        fake.jetStream.ackLater.completeExceptionally(new IOException("no stream"));

        assertThat(span().getAttributes().get(Names.ERROR_TYPE)).isEqualTo("java.io.IOException");
        assertThat(span()).hasStatus(StatusData.create(StatusCode.ERROR, "no stream"));
    }

    @Test
    void publish_that_waits_for_no_acknowledgement_ends_at_once() throws Exception {
        fake.jetStream.ackLater = null;
        fake.jetStream.ack = null;

        assertThat(connection.jetStream().publishAsync("orders", bytes("chair")))
                .isNull();
        assertThat(connection.jetStream().publish("orders", bytes("chair"))).isNull();
        assertThat(otel.spans()).hasSize(2).allSatisfy(span -> assertThat(span).hasStatus(StatusData.unset()));
    }

    @Test
    void failure_of_a_publish_comes_out_as_the_same_object_and_marks_the_span() throws Exception {
        fake.failure = new IllegalStateException("closed");
        fake.jetStream.failure = new IOException("no stream");

        assertThatThrownBy(() -> connection.publish("orders", bytes("chair"))).isSameAs(fake.failure);
        assertThatThrownBy(() -> connection.jetStream().publish("orders", bytes("chair")))
                .isSameAs(fake.jetStream.failure);
        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.ERROR_TYPE))
                .containsExactly("java.lang.IllegalStateException", "java.io.IOException");
    }

    @Test
    void reply_to_an_inbox_is_of_a_temporary_destination_and_of_the_request_s_conversation() {
        connection.publish("_INBOX.abc.1", bytes("done"));

        assertThat(span())
                .hasName("publish _INBOX")
                .hasAttribute(Names.CONVERSATION_ID, "_INBOX.abc.1")
                .hasAttribute(Names.TEMPORARY, true)
                .hasAttribute(Names.TEMPLATE, "_INBOX");
    }

    @Test
    void inbox_for_the_reply_is_the_conversation() {
        connection.publish("orders", "_INBOX.abc.2", bytes("please"));
        connection.publish("orders", "answers", bytes("please"));

        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.CONVERSATION_ID))
                .containsExactly("_INBOX.abc.2", null);
    }

    @Test
    void message_that_was_created_before_keeps_its_context() {
        NatsTelemetry nats = NatsTelemetry.create(otel.openTelemetry());
        Message given = message(new Headers().add("tenant", "a"));
        Message created = nats.create(given);
        nats.wrap(fake.connection).publish(created);

        assertThat(given.getHeaders().keySet()).containsExactly("tenant");
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("create orders", "publish orders");
        assertCarries(fake.last(), otel.spans().get(0));
        assertThat(otel.spans().get(1)).hasKind(SpanKind.CLIENT).hasTotalRecordedLinks(1);
    }

    private static Message message(Headers headers) {
        return NatsMessage.builder()
                .subject("orders")
                .headers(headers)
                .data("5")
                .build();
    }

    private static SpanData span() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }

    private static void assertCarries(Published published, SpanData span) {
        assertThat(published.header("traceparent")).contains(span.getTraceId() + "-" + span.getSpanId());
    }
}
