package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

class SqsReceiveTest extends SqsBench {

    private ReceiveMessageRequest asked(ReceiveMessageRequest.Builder request) {
        client.receiveMessage(request.queueUrl(ORDERS).build());
        return fake.last(ReceiveMessageRequest.class);
    }

    private static ReceiveMessageRequest.Builder receiving() {
        return ReceiveMessageRequest.builder();
    }

    @Test
    void plain_receive_asks_for_what_carries_a_context_and_nothing_else() {
        ReceiveMessageRequest asked = asked(receiving());

        assertThat(asked.messageAttributeNames()).containsExactlyInAnyOrder("traceparent", "tracestate", "baggage");
        assertThat(asked.messageSystemAttributeNames()).containsExactly(MessageSystemAttributeName.AWS_TRACE_HEADER);
    }

    @Test
    void list_of_the_application_comes_first_and_stays() {
        ReceiveMessageRequest asked = asked(receiving()
                .messageAttributeNames("tenant", "traceparent")
                .messageSystemAttributeNames(MessageSystemAttributeName.SENT_TIMESTAMP));

        assertThat(asked.messageAttributeNames()).containsExactly("tenant", "traceparent", "tracestate", "baggage");
        assertThat(asked.messageSystemAttributeNames())
                .containsExactly(
                        MessageSystemAttributeName.SENT_TIMESTAMP, MessageSystemAttributeName.AWS_TRACE_HEADER);
    }

    @Test
    void what_is_asked_for_already_is_not_asked_for_again() {
        for (String all : new String[] {"All", ".*"}) {
            ReceiveMessageRequest asked = asked(
                    receiving().messageAttributeNames(all).messageSystemAttributeNames(MessageSystemAttributeName.ALL));
            assertThat(asked.messageAttributeNames()).containsExactly(all);
            assertThat(asked.messageSystemAttributeNames()).containsExactly(MessageSystemAttributeName.ALL);
        }
        assertThat(asked(receiving().messageAttributeNames("trace.*", "baggage"))
                        .messageAttributeNames())
                .containsExactly("trace.*", "baggage");
    }

    @Test
    @SuppressWarnings("deprecation")
    void application_that_uses_the_older_list_keeps_to_it() {
        ReceiveMessageRequest asked = asked(receiving().attributeNamesWithStrings("SentTimestamp"));
        assertThat(asked.attributeNamesAsStrings()).containsExactly("SentTimestamp", "AWSTraceHeader");
        assertThat(asked.hasMessageSystemAttributeNames()).isFalse();

        asked = asked(receiving().attributeNames(QueueAttributeName.ALL));
        assertThat(asked.attributeNames()).containsExactly(QueueAttributeName.ALL);
        assertThat(asked.hasMessageSystemAttributeNames()).isFalse();
    }

    @Test
    void request_is_the_caller_s_but_for_the_names() {
        ReceiveMessageRequest request = receiving()
                .queueUrl(ORDERS)
                .maxNumberOfMessages(7)
                .visibilityTimeout(60)
                .waitTimeSeconds(20)
                .receiveRequestAttemptId("attempt")
                .overrideConfiguration(o -> o.putHeader("x-tenant", "a"))
                .build();
        ReceiveMessageRequest before = request.toBuilder().build();
        client.receiveMessage(request);

        ReceiveMessageRequest sent = fake.last(ReceiveMessageRequest.class);
        assertThat((Object) request).isEqualTo(before);
        assertThat(sent.maxNumberOfMessages()).isEqualTo(7);
        assertThat(sent.visibilityTimeout()).isEqualTo(60);
        assertThat(sent.waitTimeSeconds()).isEqualTo(20);
        assertThat(sent.receiveRequestAttemptId()).isEqualTo("attempt");
        assertThat(sent.overrideConfiguration()).isEqualTo(request.overrideConfiguration());
    }

    @Test
    void without_propagation_the_request_is_the_caller_s() {
        SqsClient deaf = SqsTelemetry.builder(otel.openTelemetry())
                .policy("orders", policy -> policy.propagation(false))
                .build()
                .wrap(fake);
        ReceiveMessageRequest request = receiving().queueUrl(ORDERS).build();
        deaf.receiveMessage(request);

        assertThat((Object) fake.last(ReceiveMessageRequest.class)).isSameAs(request);
    }

    @Test
    void nothing_is_visible_beyond_what_was_asked_for_and_the_context() {
        fake.sendMessage(request("hello").toBuilder()
                .messageAttributes(attributes(2))
                .messageSystemAttributesWithStrings(Map.of())
                .build());
        assertThat(receiveOne().messageAttributes()).isEmpty();
        fake.queue(ORDERS).visibility(fake.queue(ORDERS).lastHandle(), 0);
        client.sendMessage(request("hello"));

        List<Message> both = client.receiveMessage(
                        b -> b.queueUrl(ORDERS).maxNumberOfMessages(10).messageAttributeNames("own-1"))
                .messages();
        assertThat(both.get(0).messageAttributes()).containsOnlyKeys("own-1");
        assertThat(both.get(1).messageAttributes()).containsOnlyKeys("traceparent");
        assertThat(both).allSatisfy(message -> assertThat(message.attributes()).isEmpty());
    }

    @Test
    void span_is_a_client_span_that_links_to_the_producers() {
        client.sendMessage(request("one"));
        client.sendMessage(request("two"));
        otel.assertThatSpans().hasNoErrors();
        receive();

        SpanData receive = span("receive orders");
        assertThat(receive)
                .hasKind(SpanKind.CLIENT)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "aws_sqs")
                        .put("messaging.operation.name", "receive")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.batch.message_count", 2)
                        .put("aws.sqs.queue.url", ORDERS)
                        .put("aws.request_id", "request-1")
                        .put("server.address", "sqs.eu-central-1.amazonaws.com")
                        .put("server.port", 443)
                        .build());
        assertThat(links(receive))
                .containsExactlyElementsOf(
                        spans("send orders").stream().map(SqsBench::id).toList());
    }

    @Test
    void receive_that_brings_nothing_makes_no_span() {
        assertThat(receive()).isEmpty();
        assertThat(otel.spans()).isEmpty();
        assertThat(counted("messaging.client.consumed.messages")).isZero();
    }

    @Test
    void response_and_its_messages_are_the_client_s_own() {
        ReceiveMessageResponse response = ReceiveMessageResponse.builder()
                .messages(Message.builder().messageId("m").body("hello").build())
                .build();
        SqsClient answering = sqs.wrap(new FakeSqs() {
            @Override
            public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
                return response;
            }
        });

        assertThat((Object) answering.receiveMessage(b -> b.queueUrl(ORDERS))).isSameAs(response);
        assertThat(spans("receive orders")).hasSize(1);
    }

    @Test
    void failure_is_a_span_with_sqs_s_code() {
        fake.failure = FakeSqs.refusal("RequestThrottled", "slow down");

        assertThat(catchThrowable(this::receive)).isSameAs(fake.failure);
        assertThat(span("receive orders")).hasStatus(StatusData.create(StatusCode.ERROR, fake.failure.getMessage()));
        assertThat(span("receive orders").getEvents()).hasSize(1);
        assertThat(attribute(span("receive orders"), "error.type")).isEqualTo("RequestThrottled");
        assertThat(attribute(span("receive orders"), "aws.request_id")).isEqualTo("request-2");
        assertThat(attribute(span("receive orders"), "messaging.destination.name"))
                .isEqualTo("orders");
    }

    @Test
    void receive_that_is_given_up_makes_no_span() {
        fake.failure = AbortedException.create("the thread was interrupted");

        assertThat(catchThrowable(this::receive)).isSameAs(fake.failure);
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void interrupt_stays_as_it_is() {
        client.sendMessage(request("hello"));
        Thread.currentThread().interrupt();
        receive();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void prefix_is_asked_for_as_sqs_takes_it() {
        LinkspanExtension prefixed = LinkspanExtension.create().propagators(new PrefixPropagator());
        SqsTelemetry.create(prefixed.openTelemetry()).wrap(fake).receiveMessage(b -> b.queueUrl(ORDERS));

        assertThat(fake.last(ReceiveMessageRequest.class).messageAttributeNames())
                .containsExactly("Trace-Id", "Ctx-.*");
    }

    @Test
    void delivery_is_counted_once_whether_the_client_is_wrapped_or_not() {
        client.sendMessage(request("hello"));
        Message received = receiveOne();
        sqs.messages(ORDERS).process(received, handled -> {});
        sqs.messages("http://other.example/1/orders").process(received, handled -> {});
        assertThat(counted("messaging.client.consumed.messages")).isEqualTo(1);

        Message elsewhere =
                Message.builder().body("from a client that is not wrapped").build();
        sqs.messages(FakeSqs.HOST + "invoices").process(elsewhere, handled -> {});
        assertThat(counted("messaging.client.consumed.messages", "messaging.destination.name", "invoices"))
                .isEqualTo(1);
        assertThat(counted("linkspan.propagation.extracted", "linkspan.outcome", "missing"))
                .isEqualTo(1);
    }

    @Test
    void deliveries_of_any_number_of_queues_are_counted_once() {
        for (int i = 0; i < 1_100; i++) {
            String url = FakeSqs.HOST + "orders-" + i;
            client.sendMessage(b -> b.queueUrl(url).messageBody("hello"));
            for (Message message : client.receiveMessage(b -> b.queueUrl(url)).messages()) {
                sqs.messages(url).process(message, handled -> {});
            }
        }
        assertThat(counted("messaging.client.consumed.messages")).isEqualTo(1_100);
    }

    @Test
    void process_span_has_the_queue_and_the_message() {
        client.sendMessage(request("hello"));
        Message message = receiveOne();
        sqs.messages(ORDERS)
                .process(message, handled -> assertThat((Object) handled).isSameAs(message));

        assertThat(span("process orders"))
                .hasKind(SpanKind.CONSUMER)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "aws_sqs")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.message.id", message.messageId())
                        .put("aws.sqs.queue.url", ORDERS)
                        .put("server.address", "sqs.eu-central-1.amazonaws.com")
                        .put("server.port", 443)
                        .build());
    }
}
