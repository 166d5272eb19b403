package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** Ten attributes a message, sizes, names: what SQS would refuse is never what we added. */
class SqsLimitsTest extends SqsBench {

    private static final int LIMIT = 1_048_576;
    private static final int TRACEPARENT = 72;
    private static final Baggage TENANT = Baggage.builder().put("tenant", "a").build();

    /** Writes what SQS takes for no attribute, beside what it takes. */
    @RegisterExtension
    final LinkspanExtension odd = LinkspanExtension.create()
            .propagators(
                    W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance(), new OddPropagator());

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 9, 10})
    void message_with_any_number_of_attributes_is_delivered_and_linked(int own) {
        SendMessageRequest request =
                request("hello").toBuilder().messageAttributes(attributes(own)).build();
        try (Scope scope = Context.root().with(TENANT).makeCurrent()) {
            client.sendMessage(request);
        }
        Message message = receiveOne();
        sqs.messages(ORDERS).process(message, handled -> {});

        SendMessageRequest sent = fake.sent(0);
        assertThat(sent.messageAttributes()).containsAllEntriesOf(attributes(own));
        assertThat(sent.messageAttributes().containsKey("traceparent")).isEqualTo(own < 10);
        assertThat(sent.messageAttributes().containsKey("baggage")).isEqualTo(own < 9);
        assertThat(sent.messageSystemAttributesAsStrings().containsKey("AWSTraceHeader"))
                .isEqualTo(own == 10);
        assertThat(links(span("process orders"))).containsExactly(id(span("send orders")));
        assertThat(counted("linkspan.propagation.injected", "linkspan.outcome", "injected"))
                .isEqualTo(1);
    }

    @Test
    void tenth_attribute_goes_to_the_traceparent_before_tracestate_and_baggage() {
        try (Scope scope = Context.root().with(TENANT).makeCurrent()) {
            client.sendMessage(request("hello").toBuilder()
                    .messageAttributes(attributes(9))
                    .build());
        }

        assertThat(fake.last(SendMessageRequest.class).messageAttributes())
                .hasSize(10)
                .containsKey("traceparent")
                .doesNotContainKey("baggage");
    }

    @Test
    void stale_attributes_make_room_for_new_ones() {
        Map<String, MessageAttributeValue> attributes = attributes(8);
        attributes.put("traceparent", text(SqsBench.TRACEPARENT));
        attributes.put("b3", text("0"));
        client.sendMessage(
                request("hello").toBuilder().messageAttributes(attributes).build());

        SendMessageRequest sent = fake.last(SendMessageRequest.class);
        assertThat(sent.messageAttributes()).hasSize(9).doesNotContainKey("b3");
        assertThat(carried(sent.messageAttributes())).isEqualTo(id(span("send orders")));
        assertThat(sent.hasMessageSystemAttributes()).isFalse();
    }

    @Test
    void trace_header_of_the_application_stays_and_the_message_goes_as_it_is() {
        SendMessageRequest request = request("hello").toBuilder()
                .messageAttributes(attributes(10))
                .messageSystemAttributesWithStrings(
                        Map.of("AWSTraceHeader", systemText("Root=1-0af76519-16cd43dd8448eb211c80319c")))
                .build();
        client.sendMessage(request);

        assertThat(fake.last(SendMessageRequest.class)).isSameAs(request);
        assertThat(counted("linkspan.propagation.injected", "linkspan.outcome", "skipped"))
                .isEqualTo(1);
    }

    @Test
    void trace_header_of_another_producer_is_linked_to() {
        fake.sendMessage(request("from elsewhere").toBuilder()
                .messageSystemAttributesWithStrings(Map.of("AWSTraceHeader", systemText(TRACE_HEADER)))
                .build());
        sqs.messages(ORDERS).process(receiveOne(), handled -> {});

        assertThat(links(span("process orders"))).containsExactly(TRACE_ID + "/" + SPAN_ID);
        assertThat(links(span("receive orders"))).containsExactly(TRACE_ID + "/" + SPAN_ID);
        assertThat(span("process orders").getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void traceparent_comes_before_the_trace_header() {
        fake.sendMessage(request("both").toBuilder()
                .messageAttributes(
                        Map.of("traceparent", text("00-1bf8651916cd43dd8448eb211c80319c-c8ae7b7169203332-01")))
                .messageSystemAttributesWithStrings(Map.of("AWSTraceHeader", systemText(TRACE_HEADER)))
                .build());
        sqs.messages(ORDERS).process(receiveOne(), handled -> {});

        assertThat(links(span("process orders"))).containsExactly("1bf8651916cd43dd8448eb211c80319c/c8ae7b7169203332");
    }

    @Test
    void message_that_was_created_with_ten_attributes_keeps_its_context() {
        SendMessageRequest created = sqs.create(
                request("hello").toBuilder().messageAttributes(attributes(10)).build());
        client.sendMessage(created);
        sqs.messages(ORDERS).process(receiveOne(), handled -> {});

        assertThat(fake.requests.get(0)).isSameAs(created);
        assertThat(links(span("send orders"))).containsExactly(id(span("create orders")));
        assertThat(links(span("process orders"))).containsExactly(id(span("create orders")));
    }

    @Test
    void message_as_large_as_sqs_takes_goes_without_attributes_of_ours() {
        for (int size : new int[] {LIMIT - TRACEPARENT, LIMIT - TRACEPARENT + 1, LIMIT}) {
            client.sendMessage(request("x".repeat(size)));
            boolean fits = size + TRACEPARENT <= LIMIT;
            assertThat(fake.last(SendMessageRequest.class).hasMessageAttributes())
                    .as(size + " bytes")
                    .isEqualTo(fits);
        }
        assertThat(fake.queue(ORDERS).size()).isEqualTo(3);
        receive().forEach(message -> sqs.messages(ORDERS).process(message, handled -> {}));
        assertThat(spans("process orders"))
                .as("what has no room in its attributes is linked by the trace header")
                .allSatisfy(span -> assertThat(span.getLinks()).hasSize(1));
    }

    @Test
    void size_is_counted_in_bytes_with_names_and_types() {
        String body = "€".repeat(349_000);
        int own = 3 * 349_000 + "own-0".length() + "String".length() + "value 0".length();
        String rest = "y".repeat(LIMIT - own - TRACEPARENT + 1);
        client.sendMessage(request(body + rest).toBuilder()
                .messageAttributes(attributes(1))
                .build());

        assertThat(fake.last(SendMessageRequest.class).messageAttributes()).hasSize(1);
        assertThat(fake.queue(ORDERS).size()).isEqualTo(1);
    }

    @Test
    void limit_of_the_queues_can_be_set() {
        fake.queue(ORDERS).maxMessageSize = 4_096;
        SqsClient small = SqsTelemetry.builder(otel.openTelemetry())
                .maxMessageBytes(4_096)
                .build()
                .wrap(fake);
        small.sendMessage(request("x".repeat(4_096)));

        assertThat(fake.queue(ORDERS).size()).isEqualTo(1);
        assertThatThrownBy(() -> client.sendMessage(request("x".repeat(4_090)))).hasMessageContaining("too long");
    }

    @Test
    void limit_and_policies_can_be_set_over_settings_that_are_shared() {
        MessagingTelemetry shared = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.destinationTemplate(queue -> "any"))
                .build();
        SqsTelemetry own = SqsTelemetry.builder(shared)
                .maxMessageBytes(4_096)
                .policy("orders", policy -> policy.attributeLength(10))
                .build();
        for (SqsTelemetry each : List.of(own, SqsTelemetry.create(shared))) {
            each.wrap(fake).sendMessage(request("x".repeat(4_096)));
        }

        assertThat(fake.sent(0).messageAttributes()).isEmpty();
        assertThat(fake.sent(1).messageAttributes()).containsKey("traceparent");
        assertThat(spans("send any"))
                .extracting(span -> attribute(span, "messaging.message.id").length() > 10)
                .containsExactly(false, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {262_144 - TRACEPARENT, 262_144 - TRACEPARENT + 1, 262_144})
    void message_as_large_as_a_queue_of_the_former_limit_takes_is_delivered(int size) {
        fake.queue(ORDERS).maxMessageSize = 262_144;
        client.sendMessage(request("x".repeat(size)));
        client.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(entry("e0", size), entry("e1", size), entry("e2", 10)));
        receive().forEach(message -> sqs.messages(ORDERS).process(message, handled -> {}));

        assertThat(fake.queue(ORDERS).size()).isEqualTo(4);
        assertThat(spans("process orders"))
                .hasSize(4)
                .allSatisfy(span -> assertThat(span.getLinks()).hasSize(1));
    }

    @Test
    void message_larger_than_the_least_queue_is_for_one_with_sqs_s_own_limit() {
        SqsClient small = SqsTelemetry.builder(otel.openTelemetry())
                .maxMessageBytes(4_096)
                .build()
                .wrap(fake);
        Baggage much = Baggage.builder().put("tenant", "x".repeat(8_000)).build();
        try (Scope scope = Context.root().with(much).makeCurrent()) {
            small.sendMessage(request("x".repeat(LIMIT - 10)));
            small.sendMessageBatch(b ->
                    b.queueUrl(ORDERS).entries(entry("e0", LIMIT / 2 - 100), entry("e1", LIMIT / 2 - 100)));
        }

        assertThat(fake.queue(ORDERS).size()).isEqualTo(3);
    }

    private static SendMessageBatchRequestEntry entry(String id, int size) {
        return SendMessageBatchRequestEntry.builder()
                .id(id)
                .messageBody("x".repeat(size))
                .build();
    }

    @Test
    void batch_as_large_as_sqs_takes_is_delivered_and_every_entry_is_linked() {
        int size = (LIMIT - 3 * TRACEPARENT) / 10;
        List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            entries.add(SendMessageBatchRequestEntry.builder()
                    .id("e" + i)
                    .messageBody("x".repeat(size))
                    .build());
        }
        client.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(entries));
        receive().forEach(message -> sqs.messages(ORDERS).process(message, handled -> {}));

        assertThat(fake.queue(ORDERS).size()).isEqualTo(10);
        assertThat(spans("process orders"))
                .hasSize(10)
                .allSatisfy(span -> assertThat(span.getLinks()).hasSize(1));
    }

    /** What is small is not measured before it matters, and may count for more than it is. */
    @ParameterizedTest
    @CsvSource({
        "10, 720, 10",
        "10, 719, 9",
        "1000, 720, 10",
        "1000, 719, 9",
        "1000, 100, 1",
        "1000, 72, 1",
        "1000, 71, 0",
        "1000, 0, 0"
    })
    void batch_of_one_large_message_and_small_ones_has_as_many_attributes_as_there_is_room_for(
            int small, int room, int traceparents) {
        List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
        entries.add(entry("e0", LIMIT - room - 9 * small));
        for (int i = 1; i < 10; i++) {
            entries.add(entry("e" + i, small));
        }
        client.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(entries));

        assertThat(fake.last(SendMessageBatchRequest.class).entries().stream()
                        .filter(entry -> entry.messageAttributes().containsKey("traceparent")))
                .hasSize(traceparents);
        receive().forEach(message -> sqs.messages(ORDERS).process(message, handled -> {}));
        assertThat(spans("process orders"))
                .hasSize(10)
                .allSatisfy(span -> assertThat(span.getLinks()).hasSize(1));
    }

    @Test
    void baggage_of_one_entry_does_not_take_the_room_of_the_others() {
        Baggage much = Baggage.builder().put("tenant", "x".repeat(8_000)).build();
        int size = (LIMIT - 10_000) / 10;
        SendMessageBatchRequest.Builder batch =
                SendMessageBatchRequest.builder().queueUrl(ORDERS);
        List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            entries.add(SendMessageBatchRequestEntry.builder()
                    .id("e" + i)
                    .messageBody("x".repeat(size))
                    .build());
        }
        try (Scope scope = Context.root().with(much).makeCurrent()) {
            client.sendMessageBatch(batch.entries(entries).build());
        }

        assertThat(fake.queue(ORDERS).size()).isEqualTo(10);
        assertThat(fake.last(SendMessageBatchRequest.class).entries())
                .allSatisfy(entry -> assertThat(entry.messageAttributes()).containsKey("traceparent"));
    }

    @Test
    void names_and_values_that_sqs_refuses_are_left_out_and_counted() {
        SqsClient traced = SqsTelemetry.create(odd.openTelemetry()).wrap(fake);
        try (Scope scope = Context.root().with(TENANT).makeCurrent()) {
            traced.sendMessage(request("hello"));
        }
        traced.receiveMessage(b -> b.queueUrl(ORDERS));

        assertThat(fake.queue(ORDERS).size()).isEqualTo(1);
        assertThat(((SendMessageRequest) fake.requests.get(0)).messageAttributes())
                .containsOnlyKeys("traceparent", "baggage");
        assertThat(odd.metrics().stream()
                        .filter(metric -> metric.getName().equals("linkspan.propagation.rejected"))
                        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                        .mapToLong(point -> point.getValue())
                        .sum())
                .isEqualTo(2);
        assertThat(fake.last(software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest.class)
                        .messageAttributeNames())
                .doesNotContain("a b");
    }

    @Test
    void content_based_deduplication_looks_at_the_body_alone() {
        fake.queue(ORDERS).contentBasedDeduplication = true;
        for (int i = 0; i < 2; i++) {
            client.sendMessage(
                    request("the same").toBuilder().messageGroupId("g").build());
        }

        assertThat(fake.queue(ORDERS).size()).isEqualTo(1);
        assertThat(fake.requests)
                .allSatisfy(sent -> assertThat(((SendMessageRequest) sent).messageDeduplicationId())
                        .isNull());
    }

    @Test
    void receive_count_is_the_delivery_count_where_the_application_asks_for_it() {
        client.sendMessage(request("hello"));
        for (int i = 0; i < 3; i++) {
            Message message = client.receiveMessage(b -> b.queueUrl(ORDERS)
                            .messageSystemAttributeNames(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
                    .messages()
                    .get(0);
            sqs.messages(ORDERS).process(message, handled -> {});
            client.changeMessageVisibility(b ->
                    b.queueUrl(ORDERS).receiptHandle(message.receiptHandle()).visibilityTimeout(0));
        }

        assertThat(spans("process orders"))
                .extracting(span -> number(span, "linkspan.message.delivery_count"))
                .containsExactly(1L, 2L, 3L);
        assertThat(spans("process orders"))
                .allSatisfy(span -> assertThat(links(span)).containsExactly(id(span("send orders"))));
        assertThat(Set.copyOf(spans("process orders").stream()
                        .map(span -> attribute(span, "messaging.message.id"))
                        .toList()))
                .hasSize(1);
    }

    private static MessageSystemAttributeValue systemText(String value) {
        return MessageSystemAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    private static final class OddPropagator implements TextMapPropagator {
        @Override
        public Collection<String> fields() {
            return List.of("a b", "empty");
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            if (!Baggage.fromContext(context).isEmpty()) {
                setter.set(carrier, "a b", "1");
                setter.set(carrier, "empty", "");
            }
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            return context;
        }
    }
}
