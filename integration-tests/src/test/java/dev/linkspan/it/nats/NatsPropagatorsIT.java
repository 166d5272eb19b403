package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.nats.NatsBodies.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.PropagationFormat;
import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever propagator the application configured carries the context over the server, hop after hop. */
@ExtendWith(NatsExtension.class)
class NatsPropagatorsIT {

    @ParameterizedTest
    @MethodSource("dev.linkspan.it.PropagationFormat#all")
    void a_forwarded_message_is_linked_hop_by_hop(PropagationFormat format, NatsClients clients) throws Exception {
        InMemorySpanExporter exported = InMemorySpanExporter.create();
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .setPropagators(ContextPropagators.create(format.propagator()))
                .build()) {
            NatsTelemetry nats = NatsTelemetry.create(sdk);
            Connection connection = nats.wrap(clients.connection());
            String orders = clients.uniqueName();
            String forwarded = clients.uniqueName();
            Subscription first = connection.subscribe(orders);
            Subscription second = connection.subscribe(forwarded);

            connection.publish(orders, body("chair"));
            nats.messages()
                    .process(
                            first.nextMessage(Duration.ofSeconds(30)),
                            message ->
                                    // as it came, with its headers
                                    connection.publish(forwarded, message.getHeaders(), message.getData()));
            Message last = second.nextMessage(Duration.ofSeconds(30));
            nats.messages().process(last, message -> {});

            List<SpanData> spans = exported.getFinishedSpanItems();
            assertThat(last.getHeaders().get(format.header())).hasSize(1);
            SpanData publish = one(spans, "publish " + orders);
            assertThat(linksOf(one(spans, "process " + orders))).containsExactly(publish.getSpanId());
            assertThat(linksOf(one(spans, "publish " + forwarded))).containsExactly(publish.getSpanId());
            assertThat(linksOf(one(spans, "process " + forwarded)))
                    .containsExactly(one(spans, "publish " + forwarded).getSpanId());
        }
    }
}
