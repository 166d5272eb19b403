package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.MessageAttribute;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SqsLambdaTest extends SqsBench {

    private final SqsLambdaTelemetry lambda = SqsLambdaTelemetry.create(otel.openTelemetry());

    private static SQSMessage message(String id, String queue, String traceparent) {
        SQSMessage message = new SQSMessage();
        message.setMessageId(id);
        message.setBody("body " + id);
        message.setEventSourceArn("arn:aws:sqs:eu-central-1:123456789012:" + queue);
        message.setAttributes(new HashMap<>(Map.of("ApproximateReceiveCount", "2")));
        message.setMessageAttributes(new HashMap<>());
        if (traceparent != null) {
            message.getMessageAttributes().put("traceparent", attribute(traceparent));
        }
        return message;
    }

    private static MessageAttribute attribute(String value) {
        MessageAttribute attribute = new MessageAttribute();
        attribute.setDataType("String");
        attribute.setStringValue(value);
        return attribute;
    }

    private static SQSEvent event(SQSMessage... messages) {
        SQSEvent event = new SQSEvent();
        event.setRecords(List.of(messages));
        return event;
    }

    @Test
    void process_span_has_the_queue_and_the_message() {
        lambda.messages().process(message("m-1", "orders", TRACEPARENT), handled -> {});

        assertThat(span("process orders"))
                .hasKind(SpanKind.CONSUMER)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "aws_sqs")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.message.id", "m-1")
                        .put("linkspan.message.delivery_count", 2)
                        .build());
        assertThat(links(span("process orders"))).containsExactly(TRACE_ID + "/" + SPAN_ID);
        assertThat(span("process orders").getInstrumentationScopeInfo().getName())
                .isEqualTo("dev.linkspan.sqs");
    }

    @Test
    void batch_is_one_span_that_links_to_every_producer_and_counts_each_delivery() {
        SQSEvent event = event(
                message("m-1", "orders", TRACEPARENT),
                message("m-2", "orders", TRACEPARENT.replace("0af7", "1bf8")),
                message("m-3", "orders", null));
        inSpan("function", () -> {
            lambda.messages().startBatch(event.getRecords()).close();
            return null;
        });

        assertThat(span("process orders"))
                .hasParentSpanId(span("function").getSpanId())
                .hasTotalRecordedLinks(2);
        assertThat(number(span("process orders"), "messaging.batch.message_count"))
                .isEqualTo(3);
        assertThat(counted("messaging.client.consumed.messages")).isEqualTo(3);
        assertThat(counted("linkspan.propagation.extracted", "linkspan.outcome", "missing"))
                .isEqualTo(1);
    }

    @Test
    void trace_header_is_read_where_there_is_no_attribute() {
        SQSMessage message = message("m-1", "orders", null);
        message.getAttributes().put("AWSTraceHeader", TRACE_HEADER);
        lambda.messages().process(message, handled -> {});

        assertThat(links(span("process orders"))).containsExactly(TRACE_ID + "/" + SPAN_ID);
    }

    @Test
    void context_as_bytes_is_read_and_the_buffer_stays_as_it_was() {
        SQSMessage message = message("m-1", "orders", null);
        MessageAttribute binary = new MessageAttribute();
        binary.setDataType("Binary");
        binary.setBinaryValue(ByteBuffer.wrap(TRACEPARENT.getBytes(UTF_8)).asReadOnlyBuffer());
        message.getMessageAttributes().put("traceparent", binary);
        lambda.messages().process(message, handled -> {});

        assertThat(links(span("process orders"))).hasSize(1);
        assertThat(binary.getBinaryValue().remaining()).isEqualTo(55);
    }

    @Test
    void message_in_an_sns_envelope_is_linked_where_that_is_asked_for() {
        SQSMessage message = message("m-1", "orders", null);
        message.setBody(
                "{\"Type\":\"Notification\",\"MessageAttributes\":{\"traceparent\":{\"Type\":\"String\",\"Value\":\""
                        + TRACEPARENT + "\"}}}");
        lambda.messages().process(message, handled -> {});
        lambda.withSnsEnvelopes().messages().process(message, handled -> {});

        assertThat(spans("process orders"))
                .extracting(span -> span.getLinks().size())
                .containsExactly(0, 1);
    }

    @Test
    void message_about_which_little_is_known_is_handled_all_the_same() {
        List<SQSMessage> handled = new ArrayList<>();
        SQSMessage bare = new SQSMessage();
        bare.setEventSourceArn("orders");
        lambda.messages().process(bare, handled::add);
        lambda.response(event(bare), message -> false);

        assertThat(handled).containsExactly(bare);
        assertThat(span("process orders").getLinks()).isEmpty();
        assertThat(counted("linkspan.telemetry.errors")).isZero();
    }

    @Test
    void response_names_what_did_not_succeed_and_nothing_else() {
        SQSEvent event = event(message("m-1", "orders", null), message("m-2", "orders", null));

        assertThat(failures(
                        lambda.response(event, message -> message.getMessageId().equals("m-1"))))
                .containsExactly("m-2");
        assertThat(failures(lambda.response(event, message -> true))).isEmpty();
        assertThat(failures(lambda.response(event, message -> false))).containsExactly("m-1", "m-2");
        assertThat(failures(lambda.response(new SQSEvent(), message -> false))).isEmpty();
    }

    @Test
    void response_for_a_fifo_queue_names_what_is_behind_a_failure_in_its_group_too() {
        SQSMessage[] messages = new SQSMessage[4];
        for (int i = 0; i < 4; i++) {
            messages[i] = message("m-" + i, "orders.fifo", null);
            messages[i].getAttributes().put("MessageGroupId", i % 2 == 0 ? "a" : "b");
        }

        assertThat(failures(lambda.response(event(messages), message -> message != messages[0])))
                .containsExactly("m-0", "m-2");
    }

    private static List<String> failures(SQSBatchResponse response) {
        return response.getBatchItemFailures().stream()
                .map(BatchItemFailure::getItemIdentifier)
                .toList();
    }

    @Test
    void wrong_arguments_are_refused_at_once() {
        assertThatThrownBy(() -> SqsLambdaTelemetry.create((OpenTelemetry) null))
                .hasMessageContaining("openTelemetry");
        assertThatThrownBy(() -> SqsLambdaTelemetry.create((MessagingTelemetry) null))
                .hasMessageContaining("messaging");
        assertThatThrownBy(() -> lambda.response(null, message -> true)).hasMessageContaining("event");
        assertThatThrownBy(() -> lambda.response(new SQSEvent(), null)).hasMessageContaining("succeeded");
    }
}
