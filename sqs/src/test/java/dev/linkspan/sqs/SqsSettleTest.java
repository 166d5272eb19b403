package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.Message;

class SqsSettleTest extends SqsBench {

    @Test
    void delete_inside_a_handler_is_below_its_span_and_names_the_message() {
        client.sendMessage(request("hello"));
        Message message = receiveOne();
        sqs.messages(ORDERS)
                .process(
                        message,
                        handled ->
                                client.deleteMessage(b -> b.queueUrl(ORDERS).receiptHandle(handled.receiptHandle())));

        assertThat(span("delete orders"))
                .hasKind(SpanKind.CLIENT)
                .hasParentSpanId(span("process orders").getSpanId())
                .hasTotalRecordedLinks(0)
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "aws_sqs")
                        .put("messaging.operation.name", "delete")
                        .put("messaging.operation.type", "settle")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.message.id", message.messageId())
                        .put("aws.sqs.queue.url", ORDERS)
                        .put("aws.request_id", "request-1")
                        .put("server.address", "sqs.eu-central-1.amazonaws.com")
                        .put("server.port", 443)
                        .build());
        assertThat(fake.queue(ORDERS).size()).isZero();
    }

    @Test
    void delete_of_another_message_does_not_take_the_handled_one_s_id() {
        client.sendMessage(request("hello"));
        sqs.messages(ORDERS)
                .process(
                        receiveOne(),
                        handled -> client.deleteMessage(b -> b.queueUrl(ORDERS).receiptHandle("another")));

        assertThat(attribute(span("delete orders"), "messaging.message.id")).isNull();
    }

    @Test
    void change_of_visibility_is_settling_too() {
        client.sendMessage(request("hello"));
        Message message = receiveOne();
        sqs.messages(ORDERS)
                .process(
                        message,
                        handled -> client.changeMessageVisibility(b -> b.queueUrl(ORDERS)
                                .receiptHandle(handled.receiptHandle())
                                .visibilityTimeout(0)));

        assertThat(attribute(span("change_visibility orders"), "messaging.operation.type"))
                .isEqualTo("settle");
        assertThat(attribute(span("change_visibility orders"), "messaging.message.id"))
                .isEqualTo(message.messageId());
    }

    @Test
    void settling_where_no_span_is_current_makes_none_but_is_measured() {
        client.deleteMessage(b -> b.queueUrl(ORDERS).receiptHandle("r"));

        assertThat(otel.spans()).isEmpty();
        assertThat(otel.metrics()).anyMatch(metric -> metric.getName().equals("messaging.client.operation.duration"));
    }

    @Test
    void batches_say_how_many_and_how_many_were_refused() {
        fake.refused.add("1");
        List<DeleteMessageBatchRequestEntry> entries = List.of(
                DeleteMessageBatchRequestEntry.builder()
                        .id("0")
                        .receiptHandle("a")
                        .build(),
                DeleteMessageBatchRequestEntry.builder()
                        .id("1")
                        .receiptHandle("b")
                        .build());
        DeleteMessageBatchResponse response = inSpan(
                "job", () -> client.deleteMessageBatch(b -> b.queueUrl(ORDERS).entries(entries)));
        inSpan(
                "job",
                () -> client.changeMessageVisibilityBatch(b -> b.queueUrl(ORDERS)
                        .entries(ChangeMessageVisibilityBatchRequestEntry.builder()
                                .id("1")
                                .receiptHandle("b")
                                .visibilityTimeout(0)
                                .build())));

        assertThat(response.failed()).hasSize(1);
        assertThat(span("delete orders")).hasStatus(StatusData.unset());
        assertThat(number(span("delete orders"), "messaging.batch.message_count"))
                .isEqualTo(2);
        assertThat(number(span("delete orders"), "linkspan.batch.failed_count")).isEqualTo(1);
        assertThat(span("change_visibility orders"))
                .as("all of it was refused")
                .hasStatus(StatusData.create(StatusCode.ERROR, "try again"));
    }

    @Test
    void refusal_comes_out_as_it_is_and_its_code_is_the_error_s_type() {
        fake.failure = FakeSqs.refusal("ReceiptHandleIsInvalid", "too late");
        DeleteMessageRequest request = DeleteMessageRequest.builder()
                .queueUrl(ORDERS)
                .receiptHandle("r")
                .build();

        assertThat(catchThrowable(() -> inSpan("job", () -> client.deleteMessage(request))))
                .isSameAs(fake.failure);
        assertThat((Object) fake.last(DeleteMessageRequest.class)).isSameAs(request);
        assertThat(attribute(span("delete orders"), "error.type")).isEqualTo("ReceiptHandleIsInvalid");
        assertThat(span("delete orders").getEvents()).hasSize(1);
    }
}
