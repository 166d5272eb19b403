package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.ConsumeOptions;
import io.nats.client.ConsumerContext;
import io.nats.client.Dispatcher;
import io.nats.client.FetchConsumeOptions;
import io.nats.client.FetchConsumer;
import io.nats.client.IterableConsumer;
import io.nats.client.Message;
import io.nats.client.MessageConsumer;
import io.nats.client.MessageHandler;
import io.nats.client.api.ConsumerConfiguration;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simplified API of JetStream, from a wrapped connection. */
@ExtendWith(NatsExtension.class)
class NatsSimplifiedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private Connection connection;
    private String subject;
    private String stream;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        subject = nats.uniqueName();
        stream = nats.stream(subject);
    }

    private ConsumerContext consumer() throws Exception {
        return connection
                .getStreamContext(stream)
                .createOrUpdateConsumer(
                        ConsumerConfiguration.builder().durable("billing").build());
    }

    private void publish(int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            connection.jetStream().publish(subject, body(Integer.toString(i)));
        }
    }

    private void assertReceived(int messages, String operation) {
        List<SpanData> spans = otel.awaitSpans(2 * messages);
        assertThat(named(spans, operation + " " + subject))
                .hasSize(messages)
                .allSatisfy(span -> assertThat(span.getAttributes().get(GROUP)).isEqualTo("billing"))
                .extracting(span -> linksOf(span).get(0))
                .containsExactlyElementsOf(named(spans, "publish " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().hasConsumed(subject, messages);
    }

    @Test
    void next_is_a_receive_span_and_process_links_to_the_publisher() throws Exception {
        publish(3);
        ConsumerContext consumer = consumer();
        consumer.next().ack();
        consumer.next(PATIENCE).ack();
        telemetry.messages().process(consumer.next(PATIENCE.toMillis()), Message::ack);

        otel.awaitSpans(7);
        assertReceived(3, "receive");
        otel.assertThatSpans().destination(subject).hasProcessSpans(1);
    }

    interface Fetch {
        FetchConsumer from(ConsumerContext consumer) throws Exception;
    }

    static Stream<Fetch> fetches() {
        return Stream.of(
                consumer -> consumer.fetchMessages(3),
                consumer -> consumer.fetchBytes(10_000),
                consumer -> consumer.fetch(
                        FetchConsumeOptions.builder().maxMessages(3).build()));
    }

    @ParameterizedTest
    @MethodSource("fetches")
    void a_fetch_makes_a_receive_span_for_each_message_that_it_hands_out(Fetch fetch) throws Exception {
        publish(3);
        try (FetchConsumer fetched = fetch.from(consumer())) {
            for (int i = 0; i < 3; i++) {
                Message message = fetched.nextMessage();
                assertThat(textOf(message)).isEqualTo(Integer.toString(i));
                message.ack();
            }
        }

        assertReceived(3, "receive");
    }

    interface Iterate {
        IterableConsumer from(ConsumerContext consumer) throws Exception;
    }

    static Stream<Iterate> iterations() {
        return Stream.of(
                ConsumerContext::iterate,
                consumer ->
                        consumer.iterate(ConsumeOptions.builder().batchSize(10).build()));
    }

    @ParameterizedTest
    @MethodSource("iterations")
    void an_iteration_makes_a_receive_span_for_each_message_that_it_hands_out(Iterate iterate) throws Exception {
        publish(2);
        try (IterableConsumer iterated = iterate.from(consumer())) {
            iterated.nextMessage(PATIENCE).ack();
            iterated.nextMessage(PATIENCE.toMillis()).ack();
            assertThat(iterated.nextMessage(Duration.ofMillis(20))).isNull();
        }

        assertReceived(2, "receive");
    }

    interface Consume {
        MessageConsumer from(ConsumerContext consumer, Dispatcher dispatcher, MessageHandler handler) throws Exception;
    }

    static Stream<Consume> consumptions() {
        ConsumeOptions options = ConsumeOptions.builder().batchSize(10).build();
        return Stream.of(
                (consumer, dispatcher, handler) -> consumer.consume(handler),
                (consumer, dispatcher, handler) -> consumer.consume(dispatcher, handler),
                (consumer, dispatcher, handler) -> consumer.consume(options, handler),
                (consumer, dispatcher, handler) -> consumer.consume(options, dispatcher, handler));
    }

    @ParameterizedTest
    @MethodSource("consumptions")
    void a_consumption_makes_a_process_span_around_the_handler(Consume consume) throws Exception {
        LinkedBlockingQueue<String> handled = new LinkedBlockingQueue<>();
        publish(3);
        try (MessageConsumer consuming = consume.from(consumer(), connection.createDispatcher(), message -> {
            handled.add(textOf(message));
            message.ack();
        })) {
            assertReceived(3, "process");
        }

        assertThat(handled).containsExactly("0", "1", "2");
    }

    @Test
    void every_way_to_a_consumer_is_traced() throws Exception {
        publish(5);
        consumer();
        List<ConsumerContext> ways = List.of(
                connection.getConsumerContext(stream, "billing"),
                connection.getStreamContext(stream).getConsumerContext("billing"),
                connection.jetStream().getConsumerContext(stream, "billing"),
                connection.jetStream().getStreamContext(stream).getConsumerContext("billing"),
                connection.getStreamContext(stream, null).getConsumerContext("billing"));
        for (ConsumerContext way : ways) {
            way.next(PATIENCE).ack();
        }

        assertReceived(5, "receive");
    }
}
