package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

class SqsBatchSendTest extends SqsBench {

    private static SendMessageBatchRequest batch(int size) {
        List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            entries.add(SendMessageBatchRequestEntry.builder()
                    .id("e" + i)
                    .messageBody("body " + i)
                    .messageAttributes(attributes(1))
                    .delaySeconds(i)
                    .messageGroupId("g" + i)
                    .messageDeduplicationId("d" + i)
                    .build());
        }
        return SendMessageBatchRequest.builder()
                .queueUrl(ORDERS)
                .entries(entries)
                .overrideConfiguration(o -> o.putHeader("x-tenant", "a"))
                .build();
    }

    @Test
    void each_entry_carries_a_context_of_its_own() {
        client.sendMessageBatch(batch(3));

        List<SpanData> creates = spans("create orders");
        SpanData send = span("send orders");
        assertThat(creates).hasSize(3).allSatisfy(create -> assertThat(create).hasKind(SpanKind.PRODUCER));
        assertThat(send).hasKind(SpanKind.CLIENT);
        assertThat(links(send))
                .containsExactlyElementsOf(creates.stream().map(SqsBench::id).toList());
        assertThat(number(send, "messaging.batch.message_count")).isEqualTo(3);
        assertThat(attribute(send, "aws.request_id")).isEqualTo("request-1");
        Set<String> carried = new HashSet<>();
        fake.last(SendMessageBatchRequest.class)
                .entries()
                .forEach(entry -> carried.add(carried(entry.messageAttributes())));
        assertThat(carried).hasSize(3).isEqualTo(new HashSet<>(links(send)));
        assertThat(creates)
                .extracting(create -> attribute(create, "messaging.message.id"))
                .doesNotContainNull()
                .doesNotHaveDuplicates();
    }

    @Test
    void consumers_link_to_the_entry_that_they_got() {
        client.sendMessageBatch(batch(3));
        receive().forEach(message -> sqs.messages(ORDERS).process(message, handled -> {}));

        Set<String> linked = new HashSet<>();
        spans("process orders").forEach(process -> linked.addAll(links(process)));
        assertThat(linked)
                .isEqualTo(new HashSet<>(
                        spans("create orders").stream().map(SqsBench::id).toList()));
    }

    @Test
    void without_create_spans_all_entries_carry_the_send_span() {
        SqsClient plain = SqsTelemetry.builder(otel.openTelemetry())
                .policy("orders", policy -> policy.createSpans(false))
                .build()
                .wrap(fake);
        plain.sendMessageBatch(batch(3));

        assertThat(span("send orders")).hasKind(SpanKind.PRODUCER).hasTotalRecordedLinks(0);
        assertThat(otel.spans()).hasSize(1);
        assertThat(fake.last(SendMessageBatchRequest.class).entries())
                .allSatisfy(
                        entry -> assertThat(carried(entry.messageAttributes())).isEqualTo(id(span("send orders"))));
    }

    @Test
    void entries_and_request_are_the_caller_s_but_for_the_attributes() {
        SendMessageBatchRequest request = batch(3);
        SendMessageBatchRequest before = request.toBuilder().build();
        client.sendMessageBatch(request);

        SendMessageBatchRequest sent = fake.last(SendMessageBatchRequest.class);
        assertThat((Object) request).isEqualTo(before);
        assertThat(sent.overrideConfiguration()).isEqualTo(request.overrideConfiguration());
        assertThat((Object) sent.toBuilder()
                        .entries(sent.entries().stream()
                                .map(entry -> entry.toBuilder()
                                        .messageAttributes(attributes(1))
                                        .build())
                                .toList())
                        .build())
                .isEqualTo(request);
    }

    @Test
    void lambda_that_builds_the_batch_is_traced_too() {
        client.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(batch(2).entries()));

        assertThat(spans("create orders")).hasSize(2);
    }

    @Test
    void refused_entries_are_errors_of_their_own_and_the_response_is_the_client_s() {
        fake.refused.addAll(List.of("e1", "e4", "e7"));
        SendMessageBatchResponse response = client.sendMessageBatch(batch(10));

        assertThat(response.failed()).hasSize(3);
        assertThat(span("send orders")).hasStatus(StatusData.unset());
        assertThat(number(span("send orders"), "linkspan.batch.failed_count")).isEqualTo(3);
        assertThat(spans("create orders").stream()
                        .filter(create -> create.getStatus().getStatusCode() == StatusCode.ERROR)
                        .toList())
                .hasSize(3)
                .allSatisfy(create -> {
                    assertThat(attribute(create, "error.type")).isEqualTo("InternalError");
                    assertThat(create.getStatus().getDescription()).isEqualTo("try again");
                    assertThat(attribute(create, "messaging.message.id")).isNull();
                });
        assertThat(counted("messaging.client.sent.messages", "error.type", "InternalError"))
                .isEqualTo(3);
    }

    @Test
    void refused_entries_are_counted_where_they_have_no_span() {
        fake.refused.add("e1");
        SqsClient plain = SqsTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.createSpans(false))
                .build()
                .wrap(fake);
        plain.sendMessageBatch(batch(3));

        assertThat(counted("messaging.client.sent.messages", "error.type", "InternalError"))
                .isEqualTo(1);
        assertThat(number(span("send orders"), "linkspan.batch.failed_count")).isEqualTo(1);
    }

    @Test
    void batch_of_which_nothing_was_taken_has_failed() {
        fake.refused.addAll(List.of("e0", "e1"));
        client.sendMessageBatch(batch(2));

        assertThat(span("send orders")).hasStatus(StatusData.create(StatusCode.ERROR, "try again"));
        assertThat(attribute(span("send orders"), "error.type")).isEqualTo("InternalError");
    }

    @Test
    void batch_that_is_refused_as_a_whole_fails_with_all_its_entries() {
        fake.failure = FakeSqs.refusal("OverLimit", "slow down");

        assertThat(catchThrowable(() -> client.sendMessageBatch(batch(2)))).isSameAs(fake.failure);
        assertThat(otel.spans())
                .hasSize(3)
                .allSatisfy(span -> assertThat(attribute(span, "error.type")).isEqualTo("OverLimit"));
        assertThat(span("send orders").getEvents()).hasSize(1);
    }

    @Test
    void batch_without_entries_is_for_the_client_to_refuse() {
        client.sendMessageBatch(b -> b.queueUrl(ORDERS));

        assertThat(fake.requests).hasSize(1);
        assertThat(number(span("send"), "messaging.batch.message_count")).isZero();
    }

    @Test
    void ids_that_occur_twice_are_for_sqs_to_refuse() {
        SendMessageBatchRequestEntry entry = batch(1).entries().get(0);
        client.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(entry, entry));

        assertThat(fake.last(SendMessageBatchRequest.class).entries()).hasSize(2);
        assertThat(spans("create orders")).hasSize(2);
    }
}
