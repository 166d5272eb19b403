package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.SqsException;

class SqsSettlementTest extends SqsBench {

    private static final String FIFO = FakeSqs.HOST + "orders.fifo";

    private List<Message> messages(int count) {
        for (int i = 0; i < count; i++) {
            fake.sendMessage(request("body " + i));
        }
        List<Message> messages = new ArrayList<>();
        while (messages.size() < count) {
            messages.addAll(receive());
        }
        fake.requests.clear();
        otel.reset();
        return messages;
    }

    @Test
    void what_succeeded_is_deleted_in_tens_and_what_failed_stays() {
        List<Message> messages = messages(25);
        Set<Message> failed = Set.of(messages.get(3), messages.get(20));
        inSpan("batch", () -> {
            SqsSettlement.of(client, ORDERS).settle(messages, message -> !failed.contains(message));
            return null;
        });

        assertThat(fake.queue(ORDERS).size()).isEqualTo(2);
        assertThat(fake.requests)
                .hasSize(3)
                .extracting(request ->
                        ((DeleteMessageBatchRequest) request).entries().size())
                .containsExactly(10, 10, 3);
        assertThat(spans("delete orders"))
                .hasSize(3)
                .allSatisfy(settle -> assertThat(settle.getParentSpanId())
                        .isEqualTo(span("batch").getSpanId()))
                .extracting(settle -> number(settle, "messaging.batch.message_count"))
                .containsExactly(10L, 10L, 3L);
        assertThat(receive()).as("invisible until their timeout").isEmpty();
    }

    @Test
    void what_failed_comes_again_at_once_where_that_is_asked_for() {
        List<Message> messages = messages(3);
        SqsSettlement.of(client, ORDERS, Duration.ZERO).settle(messages, message -> message != messages.get(1));

        assertThat(receive())
                .singleElement()
                .satisfies(again ->
                        assertThat(again.body()).isEqualTo(messages.get(1).body()));
        ChangeMessageVisibilityBatchRequest request = (ChangeMessageVisibilityBatchRequest) fake.requests.get(1);
        assertThat(request.entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.visibilityTimeout()).isZero());
    }

    @Test
    void time_until_it_comes_again_is_in_seconds() {
        List<Message> messages = messages(1);
        SqsSettlement.of(client, ORDERS, Duration.ofMinutes(2)).settle(messages, message -> false);

        assertThat(fake.last(ChangeMessageVisibilityBatchRequest.class)
                        .entries()
                        .get(0)
                        .visibilityTimeout())
                .isEqualTo(120);
    }

    @Test
    void nothing_is_asked_where_there_is_nothing_to_settle() {
        SqsSettlement.of(client, ORDERS, Duration.ZERO).settle(List.of(), message -> true);
        assertThat(fake.requests).isEmpty();

        SqsSettlement.of(client, ORDERS).settle(messages(2), message -> false);
        assertThat(fake.requests).isEmpty();
    }

    @Test
    void refusal_in_an_answer_is_thrown_after_all_was_tried() {
        List<Message> messages = messages(12);
        fake.refused.add("1");
        SqsSettlement settlement = SqsSettlement.of(client, ORDERS, Duration.ZERO);

        assertThatThrownBy(() -> settlement.settle(messages, message -> message != messages.get(0)))
                .isInstanceOf(SqsException.class)
                .hasMessageContaining("try again")
                .satisfies(thrown -> assertThat(
                                ((SqsException) thrown).awsErrorDetails().errorCode())
                        .isEqualTo("InternalError"));
        assertThat(fake.calls(DeleteMessageBatchRequest.class)).isEqualTo(2);
        assertThat(fake.calls(ChangeMessageVisibilityBatchRequest.class)).isEqualTo(1);
        assertThat(fake.queue(ORDERS).size()).isEqualTo(2);
    }

    @Test
    void exception_of_the_client_is_thrown_as_it_is_after_all_was_tried() {
        List<Message> messages = messages(12);
        fake.failure = FakeSqs.refusal("RequestThrottled", "slow down");

        assertThat(catchThrowable(() -> SqsSettlement.of(client, ORDERS).settle(messages, message -> true)))
                .isSameAs(fake.failure);
        assertThat(fake.calls(DeleteMessageBatchRequest.class)).isEqualTo(2);
    }

    @Test
    void asynchronous_client_settles_too_and_its_exception_is_thrown_as_it_is() {
        SqsAsyncClient async = sqs.wrap(new FakeAsyncSqs(fake));
        List<Message> messages = messages(2);
        SqsSettlement.of(async, ORDERS, Duration.ZERO).settle(messages, message -> message == messages.get(0));
        assertThat(fake.queue(ORDERS).size()).isEqualTo(1);

        fake.failure = FakeSqs.refusal("RequestThrottled", "slow down");
        assertThat(catchThrowable(() -> SqsSettlement.of(async, ORDERS).settle(messages, message -> true)))
                .isSameAs(fake.failure);
    }

    @Test
    void client_that_is_not_wrapped_settles_without_spans() {
        List<Message> messages = messages(1);
        inSpan("batch", () -> {
            SqsSettlement.of((SqsClient) fake, ORDERS).settle(messages, message -> true);
            return null;
        });

        assertThat(fake.queue(ORDERS).size()).isZero();
        assertThat(spans("delete orders")).isEmpty();
    }

    private List<Message> fifo(boolean askForGroups, String... groups) {
        for (String group : groups) {
            fake.sendMessage(request(group).toBuilder()
                    .queueUrl(FIFO)
                    .messageGroupId(group)
                    .build());
        }
        return client.receiveMessage(b -> b.queueUrl(FIFO)
                        .maxNumberOfMessages(10)
                        .messageSystemAttributeNames(
                                askForGroups ? List.of(MessageSystemAttributeName.MESSAGE_GROUP_ID) : List.of()))
                .messages();
    }

    @Test
    void what_is_behind_a_failure_in_its_group_of_a_fifo_queue_comes_again_too() {
        List<Message> messages = fifo(true, "a", "b", "a", "b", "c");
        List<Message> asked = new ArrayList<>();
        SqsSettlement.of(client, FIFO, Duration.ZERO).settle(messages, message -> {
            asked.add(message);
            return message != messages.get(0);
        });

        List<Message> again = client.receiveMessage(b -> b.queueUrl(FIFO).maxNumberOfMessages(10))
                .messages();
        assertThat(again).extracting(Message::body).containsExactly("a", "a");
        assertThat(asked).isEqualTo(messages);
    }

    @Test
    void what_is_behind_a_failure_in_a_fifo_queue_comes_again_where_the_groups_are_unknown() {
        List<Message> messages = fifo(false, "a", "b", "c");
        SqsSettlement.of(client, FIFO, Duration.ZERO).settle(messages, message -> message != messages.get(1));

        assertThat(client.receiveMessage(b -> b.queueUrl(FIFO).maxNumberOfMessages(10))
                        .messages())
                .extracting(Message::body)
                .containsExactly("b", "c");
    }

    @Test
    void order_does_not_matter_in_a_queue_that_is_not_fifo() {
        List<Message> messages = messages(3);
        SqsSettlement.of(client, ORDERS).settle(messages, message -> message != messages.get(0));

        assertThat(fake.queue(ORDERS).size()).isEqualTo(1);
    }

    @Test
    void wrong_arguments_are_refused_at_once() {
        assertThatThrownBy(() -> SqsSettlement.of((SqsClient) null, ORDERS)).hasMessageContaining("client");
        assertThatThrownBy(() -> SqsSettlement.of((SqsAsyncClient) null, ORDERS))
                .hasMessageContaining("client");
        assertThatThrownBy(() -> SqsSettlement.of(client, null)).hasMessageContaining("queueUrl");
        for (Duration wrong : new Duration[] {Duration.ofSeconds(-1), Duration.ofHours(13)}) {
            assertThatThrownBy(() -> SqsSettlement.of(client, ORDERS, wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("12 hours");
        }
        assertThatThrownBy(() -> SqsSettlement.of(client, ORDERS).settle(null, message -> true))
                .hasMessageContaining("messages");
        assertThatThrownBy(() -> SqsSettlement.of(client, ORDERS).settle(List.of(), null))
                .hasMessageContaining("succeeded");
    }
}
