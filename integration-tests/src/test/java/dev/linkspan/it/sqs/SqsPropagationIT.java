package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static dev.linkspan.it.sqs.SqsClients.receive;
import static dev.linkspan.it.sqs.SqsClients.text;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;

/** One hop: from a wrapped client over the server to a handler. */
@ExtendWith(SqsExtension.class)
class SqsPropagationIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private SqsTelemetry telemetry;
    private SqsClient client;
    private String url;
    private String queue;
    private MessageTracer<Message> messages;

    @BeforeEach
    void set_up(SqsClients sqs) {
        telemetry = SqsTelemetry.create(otel.openTelemetry());
        client = telemetry.wrap(sqs.client());
        url = sqs.queue();
        queue = nameOf(url);
        messages = telemetry.messages(url);
    }

    @Test
    void a_message_is_handled_in_a_trace_of_its_own_that_links_to_its_producer(SqsClients sqs) {
        client.sendMessage(b -> b.queueUrl(url).messageBody("chair"));
        Message message = receive(client, url, 1).get(0);
        messages.process(message, m -> client.deleteMessage(b -> b.queueUrl(url).receiptHandle(m.receiptHandle())));

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData send = one(spans, "send " + queue);
        SpanData receive = one(spans, "receive " + queue);
        SpanData process = one(spans, "process " + queue);
        SpanData delete = one(spans, "delete " + queue);
        assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(receive.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(process.getTraceId()).isNotEqualTo(send.getTraceId());
        assertThat(linksOf(process)).containsExactly(send.getSpanId());
        assertThat(linksOf(receive)).containsExactly(send.getSpanId());
        assertThat(delete.getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(List.of(send, process, delete))
                .extracting(span -> span.getAttributes().get(stringKey("messaging.message.id")))
                .containsOnly(message.messageId());
        assertThat(spans)
                .extracting(span -> span.getAttributes().get(stringKey("aws.sqs.queue.url")))
                .containsOnly(url);
        otel.assertThatSpans().propagates(queue).followsConventions();
    }

    @Test
    void many_messages_in_one_receive_are_one_span_with_a_link_to_each_producer(SqsClients sqs) {
        for (int i = 0; i < 10; i++) {
            String body = "item " + i;
            client.sendMessage(b -> b.queueUrl(url).messageBody(body));
        }
        int received = client.receiveMessage(
                        b -> b.queueUrl(url).maxNumberOfMessages(10).waitTimeSeconds(5))
                .messages()
                .size();

        List<SpanData> spans = otel.awaitSpans(11);
        assertThat(received).isEqualTo(10);
        assertThat(linksOf(one(spans, "receive " + queue)))
                .containsExactlyInAnyOrderElementsOf(named(spans, "send " + queue).stream()
                        .map(SpanData::getSpanId)
                        .toList());
    }

    @Test
    void a_long_poll_that_brings_nothing_leaves_no_span(SqsClients sqs) {
        assertThat(client.receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(1))
                        .messages())
                .isEmpty();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void messages_of_clients_without_tracing_are_handled_and_theirs_are_read_by_them(SqsClients sqs) {
        SqsClient bare = sqs.client();
        bare.sendMessage(b -> b.queueUrl(url).messageBody("bare").messageAttributes(Map.of("tenant", text("a"))));
        Message fromBare = receive(client, url, 1, "tenant").get(0);
        messages.process(fromBare, m -> {});
        assertThat(one(otel.awaitSpans(2), "process " + queue).getLinks()).isEmpty();
        assertThat(fromBare.messageAttributes()).containsOnlyKeys("tenant");

        client.sendMessage(b -> b.queueUrl(url).messageBody("traced").messageAttributes(Map.of("tenant", text("a"))));
        assertThat(receive(bare, url, 1, "tenant"))
                .singleElement()
                .satisfies(message -> assertThat(message.messageAttributes()).containsOnlyKeys("tenant"));
    }

    @Test
    void baggage_goes_along_to_the_handler(SqsClients sqs) {
        try (Scope scope = Baggage.builder().put("tenant", "a").build().makeCurrent()) {
            client.sendMessage(b -> b.queueUrl(url).messageBody("chair"));
        }
        Message message = receive(client, url, 1).get(0);

        assertThat(messages.<String, RuntimeException>call(
                        message, m -> Baggage.current().getEntryValue("tenant")))
                .isEqualTo("a");
        assertThat(Baggage.current().isEmpty()).isTrue();
    }

    @Test
    void a_handler_that_fails_is_an_error_and_its_exception_comes_out(SqsClients sqs) {
        client.sendMessage(b -> b.queueUrl(url).messageBody("chair"));
        IOException broken = new IOException("broken");
        Message message = receive(client, url, 1).get(0);

        assertThatThrownBy(() -> messages.process(message, m -> {
                    throw broken;
                }))
                .isSameAs(broken);
        assertThat(one(otel.awaitSpans(3), "process " + queue).getStatus().getStatusCode())
                .isEqualTo(StatusCode.ERROR);
    }

    @Test
    void a_queue_that_is_not_there_is_the_client_s_exception_and_an_error_with_its_code(SqsClients sqs) {
        String nowhere = url + "-nowhere";

        assertThatThrownBy(() -> client.sendMessage(b -> b.queueUrl(nowhere).messageBody("chair")))
                .isInstanceOf(QueueDoesNotExistException.class);
        assertThat(one(otel.awaitSpans(1), "send " + queue + "-nowhere")
                        .getAttributes()
                        .get(stringKey("error.type")))
                .isNotBlank()
                .doesNotContain("software.amazon");
    }

    @Test
    void each_hop_of_a_forwarded_message_is_linked_to_the_one_before(SqsClients sqs) {
        List<String> urls = new ArrayList<>(List.of(url));
        for (int i = 0; i < 3; i++) {
            urls.add(sqs.queue());
        }
        client.sendMessage(b -> b.queueUrl(url).messageBody("chair"));
        for (int hop = 0; hop < 3; hop++) {
            String next = urls.get(hop + 1);
            Message message = receive(client, urls.get(hop), 1, "All").get(0);
            telemetry
                    .messages(urls.get(hop))
                    .process(
                            message,
                            m -> client.sendMessage(b ->
                                    b.queueUrl(next).messageBody(m.body()).messageAttributes(m.messageAttributes())));
        }
        Message last = receive(client, urls.get(3), 1, "All").get(0);
        telemetry.messages(urls.get(3)).process(last, m -> {});

        List<SpanData> spans = otel.awaitSpans(12);
        assertThat(last.messageAttributes()).containsOnlyKeys("traceparent");
        for (String each : urls) {
            otel.assertThatSpans().propagates(nameOf(each));
        }
        assertThat(linksOf(one(spans, "send " + nameOf(urls.get(3)))))
                .containsExactly(one(spans, "send " + nameOf(urls.get(2))).getSpanId());
    }
}
