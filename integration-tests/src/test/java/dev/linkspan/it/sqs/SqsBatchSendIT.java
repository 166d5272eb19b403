package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static dev.linkspan.it.sqs.SqsClients.receive;
import static dev.linkspan.it.sqs.SqsClients.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** Several messages in one call. */
@ExtendWith(SqsExtension.class)
class SqsBatchSendIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private String url;
    private String queue;

    @BeforeEach
    void set_up(SqsClients sqs) {
        url = sqs.queue();
        queue = nameOf(url);
    }

    private static SendMessageBatchRequestEntry entry(int i) {
        return SendMessageBatchRequestEntry.builder()
                .id("e" + i)
                .messageBody("item " + i)
                .build();
    }

    @Test
    void each_message_is_linked_to_its_own_entry(SqsClients sqs) {
        SqsTelemetry telemetry = SqsTelemetry.create(otel.openTelemetry());
        SqsClient client = telemetry.wrap(sqs.client());
        client.sendMessageBatch(b -> b.queueUrl(url).entries(entry(0), entry(1), entry(2)));
        Map<String, String> idOfLinked = new HashMap<>();
        for (Message message : receive(client, url, 3)) {
            telemetry.messages(url).process(message, m -> {});
            idOfLinked.put(message.messageId(), message.body());
        }

        List<SpanData> spans = otel.awaitSpans(8);
        assertThat(one(spans, "send " + queue).getKind()).isEqualTo(SpanKind.CLIENT);
        for (SpanData create : named(spans, "create " + queue)) {
            String id = create.getAttributes().get(AttributeKey.stringKey("messaging.message.id"));
            SpanData process = named(spans, "process " + queue).stream()
                    .filter(span -> id.equals(span.getAttributes().get(AttributeKey.stringKey("messaging.message.id"))))
                    .findFirst()
                    .orElseThrow();
            assertThat(linksOf(process)).containsExactly(create.getSpanId());
            assertThat(idOfLinked).containsKey(id);
        }
        otel.assertThatSpans().propagates(queue).followsConventions();
    }

    @Test
    void without_create_spans_all_messages_are_linked_to_the_send_span(SqsClients sqs) {
        SqsTelemetry telemetry = SqsTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.createSpans(false))
                .build();
        SqsClient client = telemetry.wrap(sqs.client());
        client.sendMessageBatch(b -> b.queueUrl(url).entries(entry(0), entry(1)));
        receive(client, url, 2).forEach(message -> telemetry.messages(url).process(message, m -> {}));

        SpanData send = one(otel.spans(), "send " + queue);
        assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(named(otel.spans(), "process " + queue))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(send.getSpanId()));
    }

    @Test
    void an_entry_that_is_refused_is_an_error_of_its_own(SqsClients sqs) {
        SqsClient client = SqsTelemetry.create(otel.openTelemetry()).wrap(sqs.client());
        Map<String, MessageAttributeValue> eleven = new HashMap<>();
        for (int i = 0; i < 11; i++) {
            eleven.put("own-" + i, text("value"));
        }
        SendMessageBatchResponse response = client.sendMessageBatch(b -> b.queueUrl(url)
                .entries(
                        entry(0), entry(1).toBuilder().messageAttributes(eleven).build(), entry(2)));

        assertThat(response.failed())
                .singleElement()
                .satisfies(refused -> assertThat(refused.id()).isEqualTo("e1"));
        assertThat(response.successful()).hasSize(2);
        List<SpanData> creates = named(otel.awaitSpans(4), "create " + queue);
        assertThat(creates)
                .filteredOn(create -> create.getStatus().getStatusCode() == StatusCode.ERROR)
                .singleElement()
                .satisfies(create -> assertThat(create.getAttributes().get(AttributeKey.stringKey("error.type")))
                        .isEqualTo(response.failed().get(0).code()));
        assertThat(one(otel.spans(), "send " + queue).getStatus().getStatusCode())
                .isEqualTo(StatusCode.UNSET);
    }

    @Test
    void a_batch_that_is_refused_fails_as_it_does_without_us(SqsClients sqs) {
        SqsClient bare = sqs.client();
        SqsClient client = SqsTelemetry.create(otel.openTelemetry()).wrap(bare);

        Throwable expected =
                catchThrowable(() -> bare.sendMessageBatch(b -> b.queueUrl(url).entries(entry(0), entry(0))));
        Throwable thrown = catchThrowable(
                () -> client.sendMessageBatch(b -> b.queueUrl(url).entries(entry(0), entry(0))));

        assertThat(expected).isInstanceOf(SqsException.class);
        assertThat(thrown).hasSameClassAs(expected);
        assertThat(otel.awaitSpans(3))
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
    }
}
