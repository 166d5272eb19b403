package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** Telemetry never breaks the application: what {@link SqsContractTest} shows of one message, for the other calls. */
class SqsBrokenTelemetryTest {

    private static final Logger LOGGER = Logger.getLogger("dev.linkspan");

    @BeforeAll
    static void quiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOGGER.setLevel(null);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("propagator", LinkspanExtension.create().propagators(new Half())),
                Arguments.of(
                        "processor",
                        LinkspanExtension.create()
                                .propagators(
                                        W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())
                                .spanProcessor(new Throwing())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void batches_are_sent_received_and_settled(String what, LinkspanExtension otel) {
        FakeSqs fake = new FakeSqs();
        SqsTelemetry sqs = SqsTelemetry.create(otel.openTelemetry());
        SqsClient client = sqs.wrap(fake);
        Context before = Context.current();
        for (int i = 0; i < 100; i++) {
            client.sendMessageBatch(b -> b.queueUrl(SqsBench.ORDERS).entries(entry("e0"), entry("e1")));
            List<Message> received = client.receiveMessage(b ->
                            b.queueUrl(SqsBench.ORDERS).maxNumberOfMessages(10).messageAttributeNames("All"))
                    .messages();
            assertThat(received)
                    .hasSize(2)
                    .allSatisfy(message -> assertThat(message.messageAttributes())
                            .containsKey("tenant")
                            .doesNotContainKey("half"));
            MessageTracer<Message> tracer = sqs.messages(SqsBench.ORDERS);
            tracer.startBatch(received).close();
            SqsSettlement.of(client, SqsBench.ORDERS).settle(received, message -> true);
        }

        assertThat(fake.queue(SqsBench.ORDERS).size()).isZero();
        assertThat(Context.current()).isSameAs(before);
        assertThat(errors(otel)).isPositive();
    }

    private static SendMessageBatchRequestEntry entry(String id) {
        return SendMessageBatchRequestEntry.builder()
                .id(id)
                .messageBody("hello")
                .messageAttributes(Map.of("tenant", SqsBench.text("a")))
                .build();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void batch_manager_still_batches(String what, LinkspanExtension otel) {
        StubSqs stub = new StubSqs();
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        try (SqsAsyncClient client = stub.asyncClient();
                SqsAsyncBatchManager manager = SqsTelemetry.create(otel.openTelemetry())
                        .batchManager(client, SqsAsyncBatchManager.builder().scheduledExecutor(executor))) {
            var futures = Stream.iterate(0, i -> i + 1)
                    .limit(10)
                    .map(i ->
                            manager.sendMessage(b -> b.queueUrl(SqsBench.ORDERS).messageBody("hello")))
                    .toList();
            futures.forEach(future -> assertThat(future.join().messageId()).isNotNull());
        } finally {
            executor.shutdownNow();
        }

        assertThat(stub.http.calls("SendMessageBatch")).isEqualTo(1);
    }

    @Test
    void answers_that_say_nothing_are_returned_as_they_are() {
        LinkspanExtension otel = LinkspanExtension.create();
        SqsTelemetry sqs = SqsTelemetry.create(otel.openTelemetry());
        SqsClient mute = sqs.wrap(new FakeSqs() {
            @Override
            public SendMessageResponse sendMessage(SendMessageRequest request) {
                return null;
            }

            @Override
            public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
                return SendMessageBatchResponse.builder().build();
            }

            @Override
            public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
                return null;
            }
        });

        assertThat((Object) mute.sendMessage(SqsBench.request("hello"))).isNull();
        assertThat((Object) mute.receiveMessage(b -> b.queueUrl(SqsBench.ORDERS)))
                .isNull();
        assertThat(mute.sendMessageBatch(b -> b.queueUrl(SqsBench.ORDERS).entries(entry("e0")))
                        .successful())
                .isEmpty();
        assertThat(errors(otel)).isZero();
        assertThat(otel.spans()).hasSize(3);
    }

    @Test
    void hostile_attributes_of_a_request_are_for_the_client_to_judge() {
        FakeSqs fake = new FakeSqs();
        LinkspanExtension otel = LinkspanExtension.create();
        SqsClient client = SqsTelemetry.create(otel.openTelemetry()).wrap(fake);
        SendMessageRequest odd = SendMessageRequest.builder()
                .queueUrl(SqsBench.ORDERS)
                .messageBody("hello")
                .messageAttributes(Map.of(
                        "untyped", MessageAttributeValue.builder().build(),
                        "traceparent",
                                MessageAttributeValue.builder()
                                        .dataType("Number")
                                        .stringValue("1")
                                        .build()))
                .build();
        Throwable refused = org.assertj.core.api.Assertions.catchThrowable(() -> client.sendMessage(odd));

        assertThat(refused).as("the queue in memory's own").isInstanceOf(NullPointerException.class);
        assertThat(fake.last(SendMessageRequest.class).messageAttributes()).containsKey("untyped");
        assertThat(otel.spans()).hasSize(1);
    }

    private static long errors(LinkspanExtension otel) {
        return otel.metrics().stream()
                .filter(metric -> metric.getName().equals("linkspan.telemetry.errors"))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }

    private static final class Half implements TextMapPropagator {
        @Override
        public Collection<String> fields() {
            return List.of("half");
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            setter.set(carrier, "half", "written");
            throw new IllegalStateException("on purpose");
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            throw new AssertionError("on purpose");
        }
    }

    private static final class Throwing implements SpanProcessor {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            throw new AssertionError("on purpose");
        }

        @Override
        public boolean isStartRequired() {
            return true;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }
}
