package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Messages that come again. */
@ExtendWith(SqsExtension.class)
class SqsRedeliveryIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private SqsTelemetry telemetry;
    private SqsClient client;

    @BeforeEach
    void set_up(SqsClients sqs) {
        telemetry = SqsTelemetry.create(otel.openTelemetry());
        client = telemetry.wrap(sqs.client());
    }

    private Message receiveCounting(String url) {
        return client.receiveMessage(b -> b.queueUrl(url)
                        .waitTimeSeconds(10)
                        .messageSystemAttributeNames(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
                .messages()
                .get(0);
    }

    @Test
    void each_delivery_is_a_span_of_its_own_that_links_to_the_one_producer(SqsClients sqs) {
        String url = sqs.queue();
        String queue = nameOf(url);
        client.sendMessage(b -> b.queueUrl(url).messageBody("chair"));
        for (int delivery = 1; delivery <= 3; delivery++) {
            telemetry
                    .messages(url)
                    .process(
                            receiveCounting(url),
                            m -> client.changeMessageVisibility(b -> b.queueUrl(url)
                                    .receiptHandle(m.receiptHandle())
                                    .visibilityTimeout(0)));
        }

        List<SpanData> spans = otel.awaitSpans(10);
        String send = one(spans, "send " + queue).getSpanId();
        assertThat(named(spans, "process " + queue))
                .hasSize(3)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(send))
                .extracting(process -> process.getAttributes().get(longKey("linkspan.message.delivery_count")))
                .containsExactly(1L, 2L, 3L);
        assertThat(named(spans, "change_visibility " + queue)).hasSize(3);
    }

    @Test
    void a_message_whose_visibility_ran_out_comes_again_by_itself(SqsClients sqs) {
        String url = sqs.queue("", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT.toString(), "1"));
        client.sendMessage(b -> b.queueUrl(url).messageBody("chair"));
        for (int delivery = 0; delivery < 2; delivery++) {
            telemetry.messages(url).process(receiveCounting(url), m -> {});
        }

        otel.awaitSpans(5);
        otel.assertThatSpans()
                .propagates(nameOf(url))
                .destination(nameOf(url))
                .hasProducerSpans(1)
                .hasProcessSpans(2);
    }

    @Test
    void a_dead_letter_links_to_the_producer_of_the_message(SqsClients sqs) {
        String dead = sqs.queue();
        String arn = client.getQueueAttributes(b -> b.queueUrl(dead).attributeNames(QueueAttributeName.QUEUE_ARN))
                .attributes()
                .get(QueueAttributeName.QUEUE_ARN);
        String url = sqs.queue(
                "", Map.of("RedrivePolicy", "{\"deadLetterTargetArn\":\"" + arn + "\",\"maxReceiveCount\":\"1\"}"));
        client.sendMessage(b -> b.queueUrl(url).messageBody("poison"));
        telemetry
                .messages(url)
                .process(
                        receiveCounting(url),
                        m -> client.changeMessageVisibility(b ->
                                b.queueUrl(url).receiptHandle(m.receiptHandle()).visibilityTimeout(0)));
        // the next receive is one too many: the message moves
        assertThat(client.receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(1))
                        .messages())
                .isEmpty();
        telemetry.messages(dead).process(SqsClients.receive(client, dead, 1).get(0), m -> {});

        List<SpanData> spans = otel.spans();
        assertThat(linksOf(one(spans, "process " + nameOf(dead))))
                .containsExactly(one(spans, "send " + nameOf(url)).getSpanId());
    }
}
