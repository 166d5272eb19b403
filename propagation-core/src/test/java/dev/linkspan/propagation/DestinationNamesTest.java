package dev.linkspan.propagation;

import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Span names and attributes of destinations, and what every span says of its client. */
class DestinationNamesTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void span_is_named_after_operation_and_destination() {
        assertThat(process("orders").getName()).isEqualTo("process orders");
    }

    @Test
    void temporary_destination_stays_out_of_the_span_name() {
        SpanData span = process("reply.77");

        assertThat(span.getName()).isEqualTo("process");
        assertThat(span.getAttributes().get(Semconv.DESTINATION_NAME)).isEqualTo("reply.77");
        assertThat(span.getAttributes().get(Semconv.DESTINATION_TEMPORARY)).isTrue();
        assertThat(span.getAttributes().get(Semconv.DESTINATION_ANONYMOUS)).isNull();
    }

    @Test
    void anonymous_destination_stays_out_of_the_span_name() {
        SpanData span = process("gen-77");

        assertThat(span.getName()).isEqualTo("process");
        assertThat(span.getAttributes().get(Semconv.DESTINATION_ANONYMOUS)).isTrue();
    }

    @Test
    void template_stands_in_the_span_name_and_the_name_in_the_attribute() {
        SpanData span = process("user.77");

        assertThat(span.getName()).isEqualTo("process user.{id}");
        assertThat(span.getAttributes().get(Semconv.DESTINATION_NAME)).isEqualTo("user.77");
        assertThat(span.getAttributes().get(Semconv.DESTINATION_TEMPLATE)).isEqualTo("user.{id}");
    }

    @Test
    void what_is_known_by_name_alone_does_not_stand_for_what_messages_say_later() {
        queue.messages().receiveFailed(new IllegalStateException("away"), System.nanoTime(), "user.77", span -> {});
        queue.messages().received(List.of(ToyMessage.to("user.77")), System.nanoTime());

        assertThat(recorded.names()).containsExactly("poll user.77", "poll user.{id}");
    }

    @Test
    void template_of_the_policy_wins_over_the_adapters() {
        ToyQueue own = new ToyQueue(recorded.messaging(
                policy -> policy.destinationTemplate(name -> name.startsWith("user.") ? "user.*" : null)));
        own.messages().process(ToyMessage.to("user.77"), message -> {});
        own.messages().process(ToyMessage.to("orders"), message -> {});

        assertThat(recorded.names()).containsExactly("process user.*", "process orders");
    }

    @Test
    void template_also_names_settle_spans_where_there_is_no_message() {
        ToyQueue own = new ToyQueue(recorded.messaging(
                policy -> policy.destinationTemplate(name -> "any").rootSettleSpans(true)));
        own.messages().startSettleAt("ack", "user.77").close();

        assertThat(recorded.names()).containsExactly("ack any");
    }

    @Test
    void destination_that_is_unknown_is_left_out() {
        ToyAdapter nowhere = new ToyAdapter() {
            @Override
            public String destination(ToyMessage message) {
                return null;
            }
        };
        new ToyQueue(recorded.messaging(), nowhere, ClientFacts.NONE)
                .messages()
                .process(ToyMessage.to("orders"), message -> {});

        assertThat(recorded.span("process").getAttributes().get(Semconv.DESTINATION_NAME))
                .isNull();
    }

    @Test
    void policy_is_asked_once_per_destination_whatever_came_before() {
        int[] asked = {0};
        ToyQueue own = new ToyQueue(MessagingTelemetry.builder(recorded.openTelemetry)
                .policy(
                        destination -> {
                            asked[0]++;
                            return true;
                        },
                        policy -> policy)
                .build());
        for (int i = 0; i < 100; i++) {
            own.messages().process(ToyMessage.to("orders"), message -> {});
        }
        assertThat(asked[0]).isOne();

        for (int i = 0; i < 3_000; i++) {
            own.messages().process(ToyMessage.to("inbox" + i), message -> {});
        }
        asked[0] = 0;
        for (int i = 0; i < 100; i++) {
            own.messages().process(ToyMessage.to("orders"), message -> {});
        }
        assertThat(asked[0]).isOne();
    }

    @Test
    void any_number_of_destinations_works_though_only_some_are_remembered() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            names.add(process("topic" + i).getName());
            recorded.forgetSpans();
        }

        assertThat(names).hasSize(3_000);
    }

    @Test
    void batch_for_one_destination_has_it_also_when_it_is_forgotten_half_way() {
        DestinationOperation[] orders = new DestinationOperation[2];
        Operation<ToyMessage> process = new Operation<>(
                recorded.messaging(), new ToyAdapter(), ClientFacts.NONE, Semconv.Type.PROCESS, "process");
        orders[0] = process.of(ToyMessage.to("orders"));
        for (int i = 0; i < 1_500; i++) {
            process.of(ToyMessage.to("inbox" + i));
        }
        orders[1] = process.of(ToyMessage.to("orders"));

        assertThat(orders[1]).isNotSameAs(orders[0]);
        assertThat(orders[1].isSameAs(orders[0])).isTrue();
        assertThat(orders[1].isSameAs(process.of(ToyMessage.to("bills")))).isFalse();
        assertThat(process.unknown().isSameAs(process.unknown())).isTrue();
    }

    @Test
    void policies_of_a_destination_add_up_in_order_on_top_of_the_policy_for_all() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(recorded.openTelemetry)
                .policy("orders", policy -> policy.maxLinks(5).attributeLength(9))
                .policy(name -> name.startsWith("o"), policy -> policy.maxLinks(6))
                .policy(policy -> policy.maxLinks(4).attributeLength(8).bodySizes(true))
                .build();

        assertThat(messaging.policy("orders").maxLinks).isEqualTo(6);
        assertThat(messaging.policy("orders").attributeLength).isEqualTo(9);
        assertThat(messaging.policy("orders").bodySizes).isTrue();
        assertThat(messaging.policy("bills").maxLinks).isEqualTo(4);
        assertThat(messaging.policy(null).maxLinks).isEqualTo(4);
    }

    @Test
    void process_span_has_exactly_these_attributes() {
        ClientFacts client = ClientFacts.NONE
                .clientId("c7")
                .consumerGroup("billing")
                .server("broker.example", 4_000)
                .attribute(stringKey("messaging.toy.cluster.id"), "k1")
                .oldAttribute(stringKey("messaging.toy.cluster"), "k1");
        new ToyQueue(recorded.messaging(), new ToyAdapter(), client)
                .messages()
                .process(
                        ToyMessage.to("orders").id("m1").key("k").partition("3").deliveries(2), message -> {});

        SpanData span = recorded.span("process orders");
        assertThat(span.getAttributes().asMap())
                .isEqualTo(Attributes.builder()
                        .put("messaging.system", "toy")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.client.id", "c7")
                        .put("messaging.consumer.group.name", "billing")
                        .put("messaging.message.id", "m1")
                        .put("messaging.toy.message.key", "k")
                        .put("messaging.toy.cluster.id", "k1")
                        .put("linkspan.message.delivery_count", 2)
                        .put("server.address", "broker.example")
                        .put("server.port", 4_000)
                        .build()
                        .asMap());
        assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo(ToyAdapter.SCOPE);
        assertThat(span.getInstrumentationScopeInfo().getVersion()).isEqualTo("1.2.3");
        assertThat(span.getInstrumentationScopeInfo().getSchemaUrl())
                .isEqualTo("https://opentelemetry.io/schemas/1.44.0");
    }

    @Test
    void create_span_names_no_client() {
        new ToyQueue(recorded.messaging(), new ToyAdapter(), ClientFacts.NONE.clientId("c7"))
                .create(ToyMessage.to("orders"));

        assertThat(recorded.span("create orders").getAttributes().get(Semconv.CLIENT_ID))
                .isNull();
    }

    private SpanData process(String topic) {
        queue.messages().process(ToyMessage.to(topic), message -> {});
        return recorded.spans().get(0);
    }
}
