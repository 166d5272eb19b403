package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static dev.linkspan.it.sqs.SqsClients.receive;
import static dev.linkspan.it.sqs.SqsClients.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.instrumentation.awssdk.v2_2.AwsSdkTelemetry;
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

/** OpenTelemetry's own aws-sdk library: at the other end of a queue, and around the same client. */
@ExtendWith(SqsExtension.class)
class SqsOpenTelemetryLibraryInteropIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private SqsTelemetry telemetry;
    private String url;
    private String queue;

    @BeforeEach
    void set_up(SqsClients sqs) {
        telemetry = SqsTelemetry.create(otel.openTelemetry());
        url = sqs.queue();
        queue = nameOf(url);
    }

    private static AwsSdkTelemetry library(boolean configuredPropagator, boolean receiveSpans) {
        return AwsSdkTelemetry.builder(otel.openTelemetry())
                .setUseConfiguredPropagatorForMessaging(configuredPropagator)
                .setMessagingReceiveTelemetryEnabled(receiveSpans)
                .build();
    }

    /** With their interceptor inside, and wrapped as their receives want it. */
    private static SqsClient theirs(SqsClients sqs, AwsSdkTelemetry library) {
        SqsClient client = sqs.builder()
                .overrideConfiguration(o -> o.addExecutionInterceptor(library.createExecutionInterceptor()))
                .build();
        sqs.onClose(client::close);
        return library.wrap(client);
    }

    private SqsClient ours(SqsClients sqs) {
        return telemetry.wrap(sqs.client());
    }

    private void send(SqsClient client) {
        client.sendMessage(b -> b.queueUrl(url).messageBody("chair"));
    }

    private Message process(SqsClient client) {
        Message message = receive(client, url, 1).get(0);
        telemetry.messages(url).process(message, m -> {});
        return message;
    }

    /** In the loop that applications have, which the library hooks. */
    private static void loop(SqsClient client, String url) {
        int handled = 0;
        for (Message message :
                client.receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(10)).messages()) {
            handled += message.body().isEmpty() ? 0 : 1;
        }
        assertThat(handled).isEqualTo(1);
    }

    private static void assertLinkedAndNoChild(SpanData span, SpanData producer) {
        assertThat(linksOf(span)).containsExactly(producer.getSpanId());
        assertThat(span.getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void their_message_is_linked_by_the_trace_header_that_they_write_by_default(SqsClients sqs) {
        send(theirs(sqs, library(false, false)));
        Message message = process(ours(sqs));

        assertThat(message.messageAttributes()).isEmpty();
        List<SpanData> spans = otel.awaitSpans(3);
        assertLinkedAndNoChild(one(spans, "receive " + queue), one(spans, queue + " publish"));
        assertLinkedAndNoChild(one(spans, "process " + queue), one(spans, queue + " publish"));
    }

    @Test
    void their_message_with_the_configured_propagator_is_linked(SqsClients sqs) {
        send(theirs(sqs, library(true, false)));
        Message message = process(ours(sqs));

        assertThat(message.messageAttributes()).containsOnlyKeys("traceparent");
        List<SpanData> spans = otel.awaitSpans(3);
        assertLinkedAndNoChild(one(spans, "process " + queue), one(spans, queue + " publish"));
    }

    @Test
    void their_decision_not_to_sample_is_in_our_link(SqsClients sqs) {
        SpanContext unsampled = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getDefault(),
                TraceState.getDefault());
        try (Scope scope = Span.wrap(unsampled).makeCurrent()) {
            send(theirs(sqs, library(true, false)));
        }
        process(ours(sqs));

        assertThat(one(otel.awaitSpans(2), "process " + queue).getLinks())
                .singleElement()
                .satisfies(link -> {
                    assertThat(link.getSpanContext().getTraceId()).isEqualTo(unsampled.getTraceId());
                    assertThat(link.getSpanContext().isSampled()).isFalse();
                });
    }

    @Test
    void our_message_makes_their_process_span_a_child_of_our_send_span(SqsClients sqs) {
        send(ours(sqs));
        loop(theirs(sqs, library(true, false)), url);

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData process = one(spans, queue + " process");
        assertThat(process.getParentSpanId())
                .isEqualTo(one(spans, "send " + queue).getSpanId());
        assertThat(process.getLinks()).isEmpty();
    }

    @Test
    void our_message_is_linked_by_their_process_span_when_their_receive_spans_are_on(SqsClients sqs) {
        send(ours(sqs));
        loop(theirs(sqs, library(true, true)), url);

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData process = one(spans, queue + " process");
        assertThat(linksOf(process)).containsExactly(one(spans, "send " + queue).getSpanId());
        assertThat(process.getParentSpanId())
                .isEqualTo(one(spans, queue + " receive").getSpanId());
    }

    @Test
    void our_message_reaches_them_by_default_only_in_the_trace_header(SqsClients sqs) {
        SqsClient client = ours(sqs);
        SqsClient theirs = theirs(sqs, library(false, false));
        send(client);
        loop(theirs, url);
        assertThat(one(otel.awaitSpans(2), queue + " process")
                        .getParentSpanContext()
                        .isValid())
                .as("they read no message attributes by default")
                .isFalse();
        otel.reset();

        Map<String, MessageAttributeValue> ten = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            ten.put("own-" + i, text("value"));
        }
        client.sendMessage(b -> b.queueUrl(url).messageBody("chair").messageAttributes(ten));
        loop(theirs, url);
        List<SpanData> spans = otel.awaitSpans(2);
        assertThat(one(spans, queue + " process").getParentSpanId())
                .isEqualTo(one(spans, "send " + queue).getSpanId());
    }

    @Test
    void our_wrapper_around_their_client_makes_two_spans_and_theirs_goes_out(SqsClients sqs) {
        SqsClient both = telemetry.wrap(theirs(sqs, library(true, false)));
        send(both);
        process(ours(sqs));

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData publish = one(spans, queue + " publish");
        assertThat(publish.getParentSpanId())
                .isEqualTo(one(spans, "send " + queue).getSpanId());
        assertLinkedAndNoChild(one(spans, "process " + queue), publish);
    }

    @Test
    void their_wrapper_around_our_client_makes_two_spans_and_theirs_goes_out(SqsClients sqs) {
        AwsSdkTelemetry library = library(true, false);
        SqsClient inner = sqs.builder()
                .overrideConfiguration(o -> o.addExecutionInterceptor(library.createExecutionInterceptor()))
                .build();
        sqs.onClose(inner::close);
        SqsClient both = library.wrap(telemetry.wrap(inner));
        send(both);
        process(ours(sqs));

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData publish = one(spans, queue + " publish");
        assertThat(publish.getParentSpanId())
                .isEqualTo(one(spans, "send " + queue).getSpanId());
        assertLinkedAndNoChild(one(spans, "process " + queue), publish);
    }

    @Test
    void both_beside_each_other_with_their_defaults_link_to_our_send_span(SqsClients sqs) {
        SqsClient both = telemetry.wrap(theirs(sqs, library(false, false)));
        send(both);
        Message message = process(ours(sqs));

        assertThat(message.messageAttributes()).containsOnlyKeys("traceparent");
        List<SpanData> spans = otel.awaitSpans(4);
        SpanData send = one(spans, "send " + queue);
        assertThat(one(spans, queue + " publish").getParentSpanId()).isEqualTo(send.getSpanId());
        assertLinkedAndNoChild(one(spans, "process " + queue), send);
    }

    @Test
    void receive_of_both_on_one_client_keeps_our_links_and_their_loop_s_span_is_around_ours(SqsClients sqs) {
        send(ours(sqs));
        SqsClient both = telemetry.wrap(theirs(sqs, library(true, false)));
        for (Message message :
                both.receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(10)).messages()) {
            telemetry.messages(url).process(message, m -> {});
        }

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData send = one(spans, "send " + queue);
        SpanData process = one(spans, "process " + queue);
        assertLinkedAndNoChild(one(spans, "receive " + queue), send);
        assertThat(linksOf(process)).containsExactly(send.getSpanId());
        assertThat(process.getParentSpanId())
                .isEqualTo(one(spans, queue + " process").getSpanId());
    }
}
