package dev.linkspan.nats;

import static dev.linkspan.nats.FakeJetStream.bytes;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.linkspan.nats.FakeConnection.Published;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NatsRequestTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

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
    void request_is_one_span_until_the_reply_came_and_says_the_conversation() throws Exception {
        fake.reply = FakeMessage.to("_INBOX.abc.1");

        assertThat(connection.request("prices", bytes("chair"), TIMEOUT)).isSameAs(fake.reply);
        assertThat(span())
                .hasName("request prices")
                .hasKind(SpanKind.PRODUCER)
                .hasStatus(StatusData.unset())
                .hasAttribute(Names.CONVERSATION_ID, "_INBOX.abc.1");
    }

    @Test
    void every_overload_of_request_carries_the_context() throws Exception {
        Headers headers = new Headers().add("tenant", "a");
        Message message = NatsMessage.builder()
                .subject("prices")
                .headers(headers)
                .data("chair")
                .build();
        fake.reply = FakeMessage.to("_INBOX.abc.1");
        fake.replyLater.complete(fake.reply);
        connection.request("prices", bytes("1"), TIMEOUT);
        connection.request("prices", headers, bytes("2"), TIMEOUT);
        connection.request(message, TIMEOUT);
        connection.request("prices", bytes("4"));
        connection.request("prices", headers, bytes("5"));
        connection.request(message);
        connection.requestWithTimeout("prices", bytes("7"), TIMEOUT);
        connection.requestWithTimeout("prices", headers, bytes("8"), TIMEOUT);
        connection.requestWithTimeout(message, TIMEOUT);

        List<SpanData> spans = otel.spans();
        assertThat(fake.published).hasSize(9);
        for (int i = 0; i < 9; i++) {
            Published published = fake.published.get(i);
            assertThat(published.overload()).isEqualTo(i % 3 == 2 ? "message" : "subject, headers, body");
            assertThat(published.header("traceparent")).contains(spans.get(i).getSpanId());
            assertThat(published.header("tenant")).isEqualTo(i % 3 == 0 ? null : "a");
        }
        assertThat(headers.keySet()).containsExactly("tenant");
    }

    @Test
    void request_without_a_reply_is_an_error() throws Exception {
        assertThat(connection.request("prices", bytes("chair"), TIMEOUT)).isNull();

        assertThat(span().getAttributes().get(Names.ERROR_TYPE)).isEqualTo("no_reply");
    }

    @Test
    void status_in_place_of_a_reply_is_an_error_with_its_code() throws Exception {
        fake.reply = FakeMessage.status(503, "No Responders");
        assertThat(connection.request("prices", bytes("chair"), TIMEOUT)).isSameAs(fake.reply);

        assertThat(span().getAttributes().get(Names.ERROR_TYPE)).isEqualTo("503");
        assertThat(span().getStatus().getDescription()).isEqualTo("No Responders");
    }

    @Test
    void asynchronous_request_returns_the_client_s_own_future_and_ends_with_it() {
        CompletableFuture<Message> returned = connection.request("prices", bytes("chair"));

        assertThat(returned).isSameAs(fake.replyLater);
        assertThat(otel.spans()).isEmpty();
        returned.complete(FakeMessage.to("_INBOX.abc.1"));
        assertThat(span()).hasStatus(StatusData.unset()).hasAttribute(Names.CONVERSATION_ID, "_INBOX.abc.1");
    }

    @Test
    void request_that_the_caller_cancels_is_an_error() {
        connection.request("prices", bytes("chair")).cancel(true);

        assertThat(span().getAttributes().get(Names.ERROR_TYPE)).isEqualTo(CancellationException.class.getName());
    }

    private static SpanData span() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }
}
