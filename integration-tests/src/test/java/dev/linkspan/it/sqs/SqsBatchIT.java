package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static dev.linkspan.it.sqs.SqsClients.receive;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.MessageAttribute;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.sqs.SqsLambdaTelemetry;
import dev.linkspan.sqs.SqsSettlement;
import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** Batches, and what is deleted of them. */
@ExtendWith(SqsExtension.class)
class SqsBatchIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private SqsTelemetry telemetry;
    private SqsClient client;
    private String url;
    private String queue;

    @BeforeEach
    void set_up(SqsClients sqs) {
        telemetry = SqsTelemetry.create(otel.openTelemetry());
        client = telemetry.wrap(sqs.client());
        url = sqs.queue();
        queue = nameOf(url);
    }

    private List<Message> sendAndReceive(int count) {
        for (int i = 0; i < count; i++) {
            String body = "item " + i;
            client.sendMessage(b -> b.queueUrl(url).messageBody(body));
        }
        return receive(client, url, count);
    }

    @Test
    void what_was_handled_is_deleted_and_what_failed_comes_again_at_once(SqsClients sqs) {
        List<Message> messages = sendAndReceive(12);
        BatchResult<Message> result = BatchProcessor.create(telemetry.messages(url))
                .process(
                        messages,
                        batch -> batch.forEach(message -> {
                            if (message.body().endsWith("7")) {
                                throw new IllegalStateException("no sevens");
                            }
                        }),
                        SqsSettlement.of(client, url, Duration.ZERO)::settle);

        List<SpanData> spans = otel.spans();
        SpanData batch = one(spans, "process " + queue);
        assertThat(result.failed()).hasSize(1);
        assertThat(batch.getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(12);
        assertThat(linksOf(batch)).hasSize(12);
        assertThat(named(spans, "delete " + queue))
                .hasSize(2)
                .allSatisfy(settle -> assertThat(settle.getParentSpanId()).isEqualTo(batch.getSpanId()));
        assertThat(one(spans, "change_visibility " + queue).getParentSpanId()).isEqualTo(batch.getSpanId());
        assertThat(receive(sqs.client(), url, 1)).extracting(Message::body).containsExactly("item 7");
    }

    @Test
    void a_batch_whose_handler_fails_is_not_deleted(SqsClients sqs) {
        List<Message> messages = sendAndReceive(3);
        IllegalStateException down = new IllegalStateException("the database is down");

        assertThatThrownBy(() -> BatchProcessor.create(telemetry.messages(url))
                        .process(
                                messages,
                                batch -> {
                                    throw down;
                                },
                                SqsSettlement.of(client, url, Duration.ZERO)::settle))
                .isSameAs(down);
        assertThat(receive(sqs.client(), url, 3)).hasSize(3);
    }

    @Test
    void an_asynchronous_client_settles_too(SqsClients sqs) {
        List<Message> messages = sendAndReceive(3);
        SqsSettlement.of(telemetry.wrap(sqs.asyncClient()), url, Duration.ZERO)
                .settle(messages, message -> !message.body().endsWith("1"));

        assertThat(receive(sqs.client(), url, 1)).extracting(Message::body).containsExactly("item 1");
    }

    @Test
    void order_of_a_fifo_queue_s_group_is_kept_where_one_of_it_failed(SqsClients sqs) {
        String fifo = sqs.fifoQueue(Map.of("ContentBasedDeduplication", "true"));
        for (String body : List.of("a1", "a2", "a3", "b1")) {
            client.sendMessage(b -> b.queueUrl(fifo).messageBody(body).messageGroupId(body.substring(0, 1)));
        }
        List<Message> messages = new ArrayList<>();
        while (messages.size() < 4) {
            messages.addAll(client.receiveMessage(b -> b.queueUrl(fifo)
                            .maxNumberOfMessages(10)
                            .waitTimeSeconds(5)
                            .messageSystemAttributeNames(MessageSystemAttributeName.MESSAGE_GROUP_ID))
                    .messages());
        }
        SqsSettlement.of(client, fifo, Duration.ZERO)
                .settle(messages, message -> !message.body().equals("a2"));

        assertThat(receive(sqs.client(), fifo, 2)).extracting(Message::body).containsExactly("a2", "a3");
    }

    @Test
    void a_lambda_function_is_linked_and_only_its_failures_come_again(SqsClients sqs) {
        SqsLambdaTelemetry lambda = SqsLambdaTelemetry.create(otel.openTelemetry());
        List<Message> messages = sendAndReceive(3);
        SQSEvent event = new SQSEvent();
        event.setRecords(messages.stream().map(this::asLambdaGetsIt).toList());

        BatchResult<SQSMessage> result = BatchProcessor.create(lambda.messages())
                .process(
                        event.getRecords(),
                        batch -> batch.forEach(message -> {
                            if (message.getBody().endsWith("1")) {
                                throw new IllegalStateException("no ones");
                            }
                        }));
        SQSBatchResponse response = lambda.response(event, result::succeeded);

        assertThat(response.getBatchItemFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.getItemIdentifier())
                        .isEqualTo(messages.stream()
                                .filter(message -> message.body().endsWith("1"))
                                .findFirst()
                                .orElseThrow()
                                .messageId()));
        assertThat(linksOf(one(otel.spans(), "process " + queue)))
                .containsExactlyInAnyOrderElementsOf(named(otel.spans(), "send " + queue).stream()
                        .map(SpanData::getSpanId)
                        .toList());
    }

    /** What Lambda's event source makes of a message that it received, with all its attributes. */
    private SQSMessage asLambdaGetsIt(Message received) {
        SQSMessage message = new SQSMessage();
        message.setMessageId(received.messageId());
        message.setBody(received.body());
        message.setEventSourceArn("arn:aws:sqs:eu-central-1:000000000000:" + queue);
        Map<String, MessageAttribute> attributes = new HashMap<>();
        received.messageAttributes().forEach((name, value) -> {
            MessageAttribute attribute = new MessageAttribute();
            attribute.setDataType(value.dataType());
            attribute.setStringValue(value.stringValue());
            attributes.put(name, attribute);
        });
        message.setMessageAttributes(attributes);
        return message;
    }
}
