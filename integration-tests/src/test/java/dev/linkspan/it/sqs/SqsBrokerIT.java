package dev.linkspan.it.sqs;

import static dev.linkspan.it.sqs.SqsClients.receive;
import static dev.linkspan.it.sqs.SqsClients.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeNameForSends;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** The server under the scenarios does what they take for granted; bare clients only. */
@ExtendWith(SqsExtension.class)
class SqsBrokerIT {

    private static final String TRACE_HEADER =
            "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1";

    @Test
    void a_message_has_the_attributes_that_are_asked_for_and_no_others(SqsClients sqs) {
        String queue = sqs.queue();
        SqsClient client = sqs.client();
        Map<String, MessageAttributeValue> attributes = Map.of(
                "tenant", text("blå"),
                "binary",
                        MessageAttributeValue.builder()
                                .dataType("Binary")
                                .binaryValue(SdkBytes.fromByteArray(new byte[] {0, (byte) 0xff}))
                                .build());
        for (int i = 0; i < 3; i++) {
            client.sendMessage(b -> b.queueUrl(queue).messageBody("hello").messageAttributes(attributes));
        }

        assertThat(receive(client, queue, 1))
                .allSatisfy(message -> assertThat(message.messageAttributes()).isEmpty());
        client.sendMessage(b -> b.queueUrl(queue).messageBody("hello").messageAttributes(attributes));
        assertThat(receive(client, queue, 1, "tenant"))
                .allSatisfy(message -> assertThat(message.messageAttributes()).containsOnlyKeys("tenant"));
        client.sendMessage(b -> b.queueUrl(queue).messageBody("hello").messageAttributes(attributes));
        assertThat(receive(client, queue, 1, "All").get(0).messageAttributes()).isEqualTo(attributes);
    }

    @Test
    void a_trace_header_is_beside_the_ten_attributes_and_an_eleventh_is_refused(SqsClients sqs) {
        String queue = sqs.queue();
        SqsClient client = sqs.client();
        Map<String, MessageAttributeValue> ten = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            ten.put("own-" + i, text("value"));
        }
        client.sendMessage(b -> b.queueUrl(queue)
                .messageBody("hello")
                .messageAttributes(ten)
                .messageSystemAttributes(Map.of(
                        MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                        MessageSystemAttributeValue.builder()
                                .dataType("String")
                                .stringValue(TRACE_HEADER)
                                .build())));

        Message received = client.receiveMessage(b -> b.queueUrl(queue)
                        .waitTimeSeconds(5)
                        .messageSystemAttributeNames(MessageSystemAttributeName.AWS_TRACE_HEADER))
                .messages()
                .get(0);
        assertThat(received.attributes())
                .containsOnly(Map.entry(MessageSystemAttributeName.AWS_TRACE_HEADER, TRACE_HEADER));
        ten.put("own-10", text("value"));
        assertThatThrownBy(() -> client.sendMessage(
                        b -> b.queueUrl(queue).messageBody("hello").messageAttributes(ten)))
                .isInstanceOf(SqsException.class);
    }

    @Test
    void a_message_that_is_made_visible_comes_again_and_is_counted(SqsClients sqs) {
        String queue = sqs.queue();
        SqsClient client = sqs.client();
        client.sendMessage(b -> b.queueUrl(queue).messageBody("hello"));

        for (int delivery = 1; delivery <= 3; delivery++) {
            Message message = client.receiveMessage(b -> b.queueUrl(queue)
                            .waitTimeSeconds(5)
                            .messageSystemAttributeNames(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
                    .messages()
                    .get(0);
            assertThat(message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
                    .isEqualTo(Integer.toString(delivery));
            client.changeMessageVisibility(b ->
                    b.queueUrl(queue).receiptHandle(message.receiptHandle()).visibilityTimeout(0));
        }
    }

    @Test
    void a_batch_is_answered_entry_by_entry(SqsClients sqs) {
        String queue = sqs.queue();
        SendMessageBatchResponse response = sqs.client()
                .sendMessageBatch(b -> b.queueUrl(queue)
                        .entries(
                                SendMessageBatchRequestEntry.builder()
                                        .id("good")
                                        .messageBody("hello")
                                        .build(),
                                SendMessageBatchRequestEntry.builder()
                                        .id("late")
                                        .messageBody("hello")
                                        .delaySeconds(1)
                                        .build()));

        assertThat(response.successful()).extracting(entry -> entry.id()).containsExactlyInAnyOrder("good", "late");
        assertThat(response.failed()).isEmpty();
    }

    @Test
    void a_fifo_queue_keeps_the_order_of_a_group_and_drops_what_has_the_same_body(SqsClients sqs) {
        String queue = sqs.fifoQueue(Map.of("ContentBasedDeduplication", "true"));
        SqsClient client = sqs.client();
        for (String body : List.of("first", "second", "first")) {
            client.sendMessage(b -> b.queueUrl(queue).messageBody(body).messageGroupId("g"));
        }

        assertThat(receive(client, queue, 2)).extracting(Message::body).containsExactly("first", "second");
    }
}
