package dev.linkspan.nats;

import static dev.linkspan.testing.LinkspanAssertions.assertThatMetrics;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStreamStatusException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.Subscription;
import io.nats.client.support.Status;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NatsPullTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333%d-01";

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeConnection fake = new FakeConnection();
    private final NatsTelemetry nats = NatsTelemetry.create(otel.openTelemetry());
    private final Connection connection = nats.wrap(fake.connection);

    @AfterEach
    void conventions() {
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().followsConventions();
    }

    @Test
    void next_message_is_a_receive_span_that_links_to_the_publisher() throws Exception {
        Message message = traced(1);
        fake.next = subject -> message;
        Subscription subscription = connection.subscribe("orders");

        assertThat(subscription.nextMessage(TIMEOUT)).isSameAs(message);
        assertThat(subscription.nextMessage(5)).isSameAs(message);
        assertThat(otel.spans())
                .hasSize(2)
                .allSatisfy(span -> assertThat(span)
                        .hasName("receive orders")
                        .hasKind(SpanKind.CLIENT)
                        .hasTotalRecordedLinks(1)
                        .satisfies(NatsPullTest::isNoBatch));
    }

    /** A call that can bring one message only. */
    private static void isNoBatch(SpanData span) {
        assertThat(span.getAttributes().get(Names.COUNT)).isNull();
    }

    @Test
    void receive_span_begins_before_the_server_is_asked_and_ends_after_it_answered() throws Exception {
        AtomicLong answered = new AtomicLong();
        fake.next = subject -> {
            Instant now = Instant.now();
            answered.set(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
            return traced(1);
        };
        connection.subscribe("orders").nextMessage(TIMEOUT);

        assertThat(span().getStartEpochNanos()).isLessThanOrEqualTo(answered.get());
        assertThat(span().getEndEpochNanos()).isGreaterThanOrEqualTo(answered.get());
    }

    @Test
    void pull_that_timed_out_or_brought_a_status_makes_no_span() throws Exception {
        Subscription subscription = connection.subscribe("_INBOX.a");
        assertThat(subscription.nextMessage(TIMEOUT)).isNull();
        Message status = FakeMessage.status(503, "No Responders");
        fake.next = subject -> status;
        assertThat(subscription.nextMessage(TIMEOUT)).isSameAs(status);

        assertThat(otel.spans()).isEmpty();
        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 0);
    }

    @Test
    void fetch_is_one_receive_span_with_a_link_to_each_publisher_and_the_client_s_own_list() throws Exception {
        FakeSubscription pulled = new FakeSubscription("orders", null, () -> null);
        List<Message> messages = new ArrayList<>(List.of(
                traced(1).by(fake.connection, pulled.subscription),
                traced(2).by(fake.connection, pulled.subscription)));
        pulled.fetched = messages;

        assertThat(pull(pulled).fetch(10, TIMEOUT)).isSameAs(messages);
        assertThat(span())
                .hasName("receive orders")
                .hasTotalRecordedLinks(2)
                .hasAttribute(Names.COUNT, 2L)
                .hasAttribute(Names.GROUP, "billing");
    }

    @Test
    void fetch_that_brought_nothing_makes_no_span() throws Exception {
        assertThat(pull(new FakeSubscription("orders", null, () -> null)).fetch(10, TIMEOUT))
                .isEmpty();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void iterator_makes_a_receive_span_for_each_message_that_it_hands_out() throws Exception {
        FakeSubscription pulled = new FakeSubscription("orders", null, () -> null);
        pulled.fetched = List.of(traced(1), traced(2), traced(3));
        Iterator<Message> messages = pull(pulled).iterate(10, TIMEOUT);
        assertThat(messages.hasNext()).isTrue();
        assertThat(messages.hasNext()).isTrue();
        assertThat(otel.spans()).isEmpty();

        assertThat(messages.next()).isSameAs(pulled.fetched.get(0));
        assertThat(messages.next()).isSameAs(pulled.fetched.get(1));
        assertThat(otel.spans())
                .hasSize(2)
                .allSatisfy(span -> assertThat(span).hasTotalRecordedLinks(1).satisfies(NatsPullTest::isNoBatch));
        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 2);
    }

    @Test
    void pulled_message_is_counted_once_though_it_is_processed_elsewhere() throws Exception {
        FakeSubscription pulled = new FakeSubscription("orders", null, () -> null);
        pulled.fetched = List.of(traced(1).by(fake.connection, pulled.subscription));
        Message message = pull(pulled).fetch(10, TIMEOUT).get(0);
        Thread pool = new Thread(() -> nats.messages().process(message, handled -> {}));
        pool.start();
        pool.join();

        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 1);
        assertThat(otel.spans())
                .extracting(span -> span.getAttributes().get(Names.GROUP))
                .containsExactly("billing", "billing");
    }

    @Test
    void message_of_a_connection_that_is_not_wrapped_is_counted_when_it_is_processed() {
        nats.messages().process(traced(1).by(new FakeConnection().connection, null), handled -> {});

        assertThatMetrics(otel.metrics()).hasTotal("messaging.client.consumed.messages", 1);
        assertThat(span().getAttributes().get(Names.SERVER)).isNull();
    }

    @Test
    void pull_that_the_server_ends_with_an_error_makes_a_span_that_failed() throws Exception {
        JetStreamStatusException thrown = new JetStreamStatusException(new Status(409, "Consumer Deleted"), null);
        assertThatThrownBy(() -> pull(failing(thrown)).nextMessage(TIMEOUT)).isSameAs(thrown);

        assertThat(span())
                .hasName("receive")
                .hasAttribute(Names.ERROR_TYPE, JetStreamStatusException.class.getName())
                .hasAttribute(Names.SERVER, "north");
    }

    @Test
    void iterator_that_the_server_ends_with_an_error_makes_a_span_that_failed() throws Exception {
        JetStreamStatusException thrown = new JetStreamStatusException(new Status(409, "Consumer Deleted"), null);
        FakeSubscription pulled = new FakeSubscription("orders", null, () -> null);
        pulled.iterated = new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw thrown;
            }

            @Override
            public Message next() {
                throw new NoSuchElementException();
            }
        };
        assertThatThrownBy(() -> pull(pulled).iterate(10, TIMEOUT).hasNext()).isSameAs(thrown);

        assertThat(span()).hasName("receive").hasAttribute(Names.ERROR_TYPE, JetStreamStatusException.class.getName());
    }

    @Test
    void receive_span_after_a_failure_begins_after_it() throws Exception {
        Message message = traced(1);
        AtomicInteger asked = new AtomicInteger();
        FakeSubscription pulled = new FakeSubscription("orders", null, () -> null);
        pulled.iterated = new Iterator<>() {
            @Override
            public boolean hasNext() {
                if (asked.getAndIncrement() == 0) {
                    throw new IllegalArgumentException("not yet");
                }
                return true;
            }

            @Override
            public Message next() {
                return message;
            }
        };
        Iterator<Message> messages = pull(pulled).iterate(10, TIMEOUT);
        assertThatThrownBy(messages::hasNext).hasMessage("not yet");
        long failed = otel.spans().get(0).getEndEpochNanos();
        // longer than the clock takes to go on
        await().until(() -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) > failed + 5_000_000);
        assertThat(messages.hasNext()).isTrue();
        assertThat(messages.next()).isSameAs(message);

        assertThat(otel.spans().get(1).getStartEpochNanos()).isGreaterThan(failed);
    }

    @Test
    void pull_that_the_application_ends_makes_no_span() throws Exception {
        for (Exception thrown : List.of(new InterruptedException(), new IllegalStateException("became inactive"))) {
            assertThatThrownBy(() -> pull(failing(thrown)).nextMessage(TIMEOUT)).isSameAs(thrown);
        }
        assertThat(otel.spans()).isEmpty();
    }

    private static FakeSubscription failing(Exception thrown) {
        Callable<Message> next = () -> {
            throw thrown;
        };
        return new FakeSubscription("orders", null, next);
    }

    private JetStreamSubscription pull(FakeSubscription pulled) throws Exception {
        fake.jetStream.subscription = pulled.subscription;
        return connection
                .jetStream()
                .subscribe(
                        "orders",
                        PullSubscribeOptions.builder().durable("billing").build());
    }

    private static FakeMessage traced(int publisher) {
        return FakeMessage.ofStream("orders", publisher, 1, "traceparent", TRACEPARENT.formatted(publisher));
    }

    private static SpanData span() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }
}
