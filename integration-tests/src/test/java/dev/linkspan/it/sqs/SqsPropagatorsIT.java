package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static dev.linkspan.it.sqs.SqsClients.receive;
import static dev.linkspan.it.sqs.SqsClients.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.sqs.SqsTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.contrib.awsxray.propagator.AwsXrayPropagator;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.extension.trace.propagation.JaegerPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** Whatever propagator the application configured carries the context, with room in the attributes and without. */
@ExtendWith(SqsExtension.class)
class SqsPropagatorsIT {

    private record Format(String name, TextMapPropagator propagator, String attribute) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Format> formats() {
        TextMapPropagator w3c = W3CTraceContextPropagator.getInstance();
        return Stream.of(
                new Format("W3C", w3c, "traceparent"),
                new Format(
                        "W3C and baggage",
                        TextMapPropagator.composite(w3c, W3CBaggagePropagator.getInstance()),
                        "traceparent"),
                new Format("B3 single", B3Propagator.injectingSingleHeader(), "b3"),
                new Format("B3 multi", B3Propagator.injectingMultiHeaders(), "X-B3-TraceId"),
                new Format("Jaeger", JaegerPropagator.getInstance(), "uber-trace-id"),
                new Format("X-Ray", AwsXrayPropagator.getInstance(), "X-Amzn-Trace-Id"));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void a_message_is_linked_and_nobody_asked_for_its_context(Format format, SqsClients sqs) {
        assertThat(sendAndProcess(format, sqs, 0).messageAttributes()).containsKey(format.attribute);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void a_message_with_ten_attributes_of_its_own_is_linked_too(Format format, SqsClients sqs) {
        assertThat(sendAndProcess(format, sqs, 10).messageAttributes()).isEmpty();
    }

    private static Message sendAndProcess(Format format, SqsClients sqs, int own) {
        InMemorySpanExporter exported = InMemorySpanExporter.create();
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .setPropagators(ContextPropagators.create(format.propagator))
                .build()) {
            SqsTelemetry telemetry = SqsTelemetry.create(sdk);
            SqsClient client = telemetry.wrap(sqs.client());
            String url = sqs.queue();
            Map<String, MessageAttributeValue> attributes = new HashMap<>();
            for (int i = 0; i < own; i++) {
                attributes.put("own-" + i, text("value"));
            }
            client.sendMessage(b -> b.queueUrl(url).messageBody("chair").messageAttributes(attributes));
            Message message = receive(client, url, 1).get(0);
            telemetry.messages(url).process(message, m -> {});

            List<SpanData> spans = exported.getFinishedSpanItems();
            assertThat(linksOf(one(spans, "process " + nameOf(url))))
                    .containsExactly(one(spans, "send " + nameOf(url)).getSpanId());
            return message;
        }
    }
}
