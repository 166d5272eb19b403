package dev.linkspan.nats;

import static dev.linkspan.nats.FakeJetStream.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Options;
import io.nats.client.api.ServerInfo;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NatsTelemetryTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeConnection fake = new FakeConnection();
    private final NatsTelemetry nats = NatsTelemetry.create(otel.openTelemetry());

    @Test
    void connection_is_wrapped_once_and_can_be_had_back() {
        Connection wrapped = nats.wrap(fake.connection);

        assertThat(nats.wrap(wrapped)).isSameAs(wrapped);
        assertThat(NatsTelemetry.create(otel.openTelemetry()).wrap(wrapped)).isSameAs(wrapped);
        assertThat(ClientProxy.unwrap(wrapped)).isSameAs(fake.connection);
    }

    @Test
    void policies_hold_for_their_subjects() {
        Connection wrapped = NatsTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.destinationTemplate(subject -> "any"))
                .policy("secret", policy -> policy.tracing(false))
                .policy(subject -> subject.startsWith("internal."), policy -> policy.propagation(false))
                .build()
                .wrap(fake.connection);
        wrapped.publish("orders", bytes("1"));
        wrapped.publish("secret", bytes("2"));
        wrapped.publish("internal.a", bytes("3"));

        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("publish any", "publish any");
        assertThat(fake.published)
                .extracting(published -> published.header("traceparent") != null)
                .containsExactly(true, false, false);
    }

    @Test
    void settings_are_shared_with_other_brokers() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.tracing(false))
                .build();
        NatsTelemetry.create(messaging).wrap(fake.connection).publish("orders", bytes("1"));

        assertThat(otel.spans()).isEmpty();
        assertThat(fake.published).hasSize(1);
    }

    @Test
    void policies_can_be_set_over_settings_that_are_shared() {
        MessagingTelemetry shared = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.destinationTemplate(subject -> "any"))
                .build();
        NatsTelemetry own = NatsTelemetry.builder(shared)
                .policy("secret", policy -> policy.tracing(false))
                .build();
        own.wrap(fake.connection).publish("orders", bytes("1"));
        own.wrap(fake.connection).publish("secret", bytes("2"));
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("publish any");
        NatsTelemetry.create(shared).wrap(fake.connection).publish("secret", bytes("3"));

        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("publish any", "publish any");
    }

    @Test
    void without_telemetry_messages_pass_as_they_are() {
        Headers headers = new Headers().add("tenant", "a");
        NatsTelemetry off = NatsTelemetry.create(OpenTelemetry.noop());
        Message message =
                NatsMessage.builder().subject("orders").headers(headers).build();
        off.wrap(fake.connection).publish("orders", headers, bytes("1"));
        off.wrap(fake.connection).publish(message);

        assertThat(fake.published)
                .allSatisfy(published -> assertThat(published.headers()).isSameAs(headers));
        assertThat(off.create(message)).isSameAs(message);
    }

    @Test
    void span_is_of_the_server_that_the_connection_has_now() {
        Connection wrapped = nats.wrap(fake.connection);
        wrapped.publish("orders", bytes("1"));
        fake.server = FakeConnection.server(12, true);
        fake.url = "tls://shop:secret@south.example:4333";
        wrapped.publish("orders", bytes("2"));
        fake.url = null;
        wrapped.publish("orders", bytes("3"));
        fake.url = "nats://[::1]:4222";
        wrapped.publish("orders", bytes("4"));

        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.SERVER))
                .containsExactly("north", "south.example", "south.example", "::1");
        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.CLIENT_ID))
                .containsExactly("7", "12", "12", "12");
        assertThat(otel.spans().toString()).doesNotContain("secret");
    }

    @Test
    void connection_that_says_nothing_of_itself_is_wrapped_all_the_same() {
        fake.server = null;
        fake.url = null;
        nats.wrap(fake.connection).publish("orders", bytes("1"));
        fake.server = FakeConnection.server(7, true);
        fake.url = "not a url";
        nats.wrap(fake.connection).publish("orders", bytes("2"));

        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.SERVER))
                .containsExactly(null, null);
        assertThat(fake.published)
                .allSatisfy(
                        published -> assertThat(published.header("traceparent")).isNotNull());
    }

    @Test
    void inbox_prefix_of_the_connection_is_what_marks_its_inboxes() {
        fake.options = Options.builder().inboxPrefix("replies.shop").build();
        Connection wrapped = nats.wrap(fake.connection);
        wrapped.publish("replies.shop.abc", bytes("1"));
        wrapped.publish("_INBOX.abc", bytes("2"));

        assertThat(otel.spans())
                .extracting(SpanData::getName)
                .containsExactly("publish replies.shop", "publish _INBOX.abc");
    }

    @Test
    void wrapped_connection_is_not_kept_alive() {
        WeakReference<Connection> gone = new WeakReference<>(nats.wrap(new FakeConnection().connection));
        for (int i = 0; i < 100 && gone.get() != null; i++) {
            System.gc();
        }

        assertThat(gone.get()).isNull();
    }

    @Test
    void null_is_refused_by_name() {
        assertThatThrownBy(() -> nats.wrap(null)).hasMessageContaining("connection");
        assertThatThrownBy(() -> nats.handOff(null)).hasMessageContaining("handler");
        assertThatThrownBy(() -> nats.create((Message) null)).hasMessageContaining("message");
        assertThatThrownBy(() -> NatsTelemetry.create((MessagingTelemetry) null))
                .hasMessageContaining("messaging");
    }

    @Test
    void shared_headers_stay_as_they_were_over_many_publishes_by_many_threads() throws Exception {
        Connection wrapped = nats.wrap(Fakes.of(Connection.class, new Sink()));
        Headers shared = new Headers().add("tenant", "a", "b").add("traceparent", "stale");
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> {
                    for (int j = 0; j < 5_000; j++) {
                        wrapped.publish("orders", shared, bytes("1"));
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(shared.keySet()).containsExactlyInAnyOrder("tenant", "traceparent");
        assertThat(shared.get("tenant")).containsExactly("a", "b");
        assertThat(shared.get("traceparent")).containsExactly("stale");
        assertThat(otel.spans()).hasSize(20_000);
    }

    /** Takes what carries one context, and nothing else. */
    private static final class Sink {
        void publish(String subject, Headers headers, byte[] body) {
            if (headers.get("traceparent").size() != 1 || headers.get("tenant").size() != 2) {
                throw new IllegalStateException("broken headers: " + headers.keySet());
            }
        }

        ServerInfo getServerInfo() {
            return null;
        }

        String getConnectedUrl() {
            return null;
        }

        Options getOptions() {
            return null;
        }
    }
}
