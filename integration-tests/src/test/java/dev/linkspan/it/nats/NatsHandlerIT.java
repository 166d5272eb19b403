package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.TestClients.await;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.MessageHandler;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import io.opentelemetry.api.trace.StatusCode;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dispatcher and its handlers, wrapped or not. */
@ExtendWith(NatsExtension.class)
class NatsHandlerIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private String subject;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        subject = nats.uniqueName();
    }

    private UnaryOperator<Connection> wrapping(boolean wrapped) {
        return connection -> wrapped ? telemetry.wrap(connection) : connection;
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IllegalStateException("1"), new AssertionError("2"), new StackOverflowError("3"), new Error("4"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void the_dispatcher_goes_on_or_not_as_it_does_bare(Throwable failure, NatsClients nats) {
        List<String> bare = handledBy(nats.connection(), failure);
        List<String> wrapped = handledBy(telemetry.wrap(nats.connection()), failure);

        // the oldest clients end with an Error
        assertThat(bare).startsWith("bad");
        assertThat(wrapped).isEqualTo(bare);
        assertThat(named(otel.awaitSpans(2 + bare.size()), "process " + subject)
                        .get(0)
                        .getStatus()
                        .getStatusCode())
                .isEqualTo(StatusCode.ERROR);
    }

    /** What a handler gets that throws with the first of two messages. */
    private List<String> handledBy(Connection connection, Throwable failure) {
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        Dispatcher dispatcher = connection
                .createDispatcher(message -> {
                    handled.add(textOf(message));
                    if (textOf(message).equals("bad")) {
                        NatsHandlerIT.<RuntimeException>raise(failure);
                    }
                })
                .subscribe(subject);
        connection.publish(subject, body("bad"));
        connection.publish(subject, body("good"));
        Awaitility.await().until(() -> handled.size() == 2 || !dispatcher.isActive());
        if (dispatcher.isActive()) {
            connection.closeDispatcher(dispatcher);
        }
        return List.copyOf(handled);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_interrupt_that_a_handler_leaves_ends_the_dispatcher(boolean wrapped, NatsClients nats) {
        Connection connection = wrapping(wrapped).apply(nats.connection());
        MessageHandler interrupting = message -> Thread.currentThread().interrupt();
        Dispatcher dispatcher = connection.createDispatcher(interrupting).subscribe(subject);
        assertThat(dispatcher.isActive()).isTrue();
        connection.publish(subject, body("chair"));

        Awaitility.await().until(() -> !dispatcher.isActive());
        otel.awaitSpans(wrapped ? 2 : 0);
    }

    @Test
    void a_wrapped_dispatcher_can_be_subscribed_unsubscribed_and_closed(NatsClients nats) {
        Connection connection = telemetry.wrap(nats.connection());
        CompletableFuture<String> first = new CompletableFuture<>();
        Dispatcher dispatcher = connection.createDispatcher();
        Subscription subscription = dispatcher.subscribe(subject, message -> first.complete(textOf(message)));
        connection.publish(subject, body("one"));
        assertThat(await(first)).isEqualTo("one");

        assertThat(dispatcher.unsubscribe(subscription, 1)).isSameAs(dispatcher);
        assertThat(dispatcher.unsubscribe(dispatcher.subscribe(subject, message -> {})))
                .isSameAs(dispatcher);
        connection.publish(subject, body("two"));
        connection.closeDispatcher(dispatcher);

        assertThat(dispatcher.isActive()).isFalse();
        assertThat(named(otel.awaitSpans(3), "process " + subject)).hasSize(1);
    }

    @Test
    void a_burst_is_handled_whole_and_in_order(NatsClients nats) {
        int burst = 10_000;
        Connection connection = telemetry.wrap(nats.connection());
        ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();
        Dispatcher dispatcher = connection
                .createDispatcher(message -> handled.add(textOf(message)))
                .subscribe(subject);
        dispatcher.setPendingLimits(burst, -1);
        Headers shared = new Headers().add("tenant", "blue");
        for (int i = 0; i < burst; i++) {
            connection.publish(subject, shared, body(Integer.toString(i)));
        }

        Awaitility.await().untilAsserted(() -> assertThat(handled).hasSize(burst));
        assertThat(handled)
                .containsExactlyElementsOf(
                        IntStream.range(0, burst).mapToObj(Integer::toString).toList());
        assertThat(dispatcher.getDroppedCount()).isZero();
        assertThat(named(otel.awaitSpans(2 * burst), "process " + subject))
                .hasSize(burst)
                .allSatisfy(process -> assertThat(process.getLinks()).hasSize(1));
        assertThat(shared.keySet()).containsExactly("tenant");
    }

    @SuppressWarnings("unchecked") // so that an Error or a checked exception can be thrown as well
    private static <X extends Throwable> void raise(Throwable thrown) throws X {
        throw (X) thrown;
    }
}
