package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static dev.linkspan.it.sqs.SqsClients.receive;
import static dev.linkspan.it.sqs.SqsClients.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.HostileValues;
import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** What the emulator enforces of SQS's limits; of sizes and names it does not, and those have unit tests. */
@ExtendWith(SqsExtension.class)
class SqsLimitsIT {

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

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void a_message_with_many_attributes_of_its_own_is_delivered_and_linked(int own, SqsClients sqs) {
        Map<String, MessageAttributeValue> attributes = new HashMap<>();
        for (int i = 0; i < own; i++) {
            attributes.put("own-" + i, text("value " + i));
        }
        try (Scope scope = Context.root()
                .with(Baggage.builder().put("tenant", "a").build())
                .makeCurrent()) {
            client.sendMessage(b -> b.queueUrl(url).messageBody("chair").messageAttributes(attributes));
        }
        Message message = receive(client, url, 1, attributes.keySet().toArray(String[]::new))
                .get(0);
        telemetry.messages(url).process(message, m -> {});

        assertThat(message.messageAttributes()).containsAllEntriesOf(attributes);
        List<SpanData> spans = otel.awaitSpans(3);
        assertThat(linksOf(one(spans, "process " + queue)))
                .containsExactly(one(spans, "send " + queue).getSpanId());
    }

    @Test
    void one_request_may_be_sent_again_and_again(SqsClients sqs) {
        SendMessageRequest request = SendMessageRequest.builder()
                .queueUrl(url)
                .messageBody("chair")
                .messageAttributes(Map.of("tenant", text("a")))
                .build();
        String before = request.toString();
        for (int i = 0; i < 10; i++) {
            client.sendMessage(request);
        }
        receive(client, url, 10).forEach(message -> telemetry.messages(url).process(message, m -> {}));

        assertThat(request.toString()).isEqualTo(before);
        assertThat(named(otel.spans(), "process " + queue))
                .flatExtracting(span -> linksOf(span))
                .hasSize(10)
                .doesNotHaveDuplicates();
    }

    static Stream<byte[]> hostile() {
        // an attribute is not empty
        return HostileValues.traceparents().filter(value -> value.length > 0);
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void an_attribute_that_is_no_context_gives_a_span_without_a_link(byte[] value, SqsClients sqs) {
        sqs.client()
                .sendMessage(b -> b.queueUrl(url)
                        .messageBody("chair")
                        .messageAttributes(Map.of(
                                "traceparent",
                                MessageAttributeValue.builder()
                                        .dataType("Binary")
                                        .binaryValue(SdkBytes.fromByteArray(value))
                                        .build())));
        telemetry.messages(url).process(receive(client, url, 1).get(0), m -> {});

        assertThat(one(otel.awaitSpans(2), "process " + queue).getLinks()).isEmpty();
    }

    @Test
    void a_fifo_queue_drops_the_same_body_of_two_traces(SqsClients sqs) {
        String fifo = sqs.fifoQueue(Map.of("ContentBasedDeduplication", "true"));
        for (int i = 0; i < 2; i++) {
            client.sendMessage(b -> b.queueUrl(fifo).messageBody("chair").messageGroupId("g"));
        }
        client.sendMessage(b -> b.queueUrl(fifo).messageBody("table").messageGroupId("g"));

        assertThat(receive(client, fifo, 2)).extracting(Message::body).containsExactly("chair", "table");
        assertThat(Set.copyOf(named(otel.spans(), "send " + nameOf(fifo)))).hasSize(3);
    }
}
