package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.it.PropagationFormat;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever propagator the application configured carries the context over the broker, hop after hop. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqPropagatorsIT {

    @ParameterizedTest
    @MethodSource("dev.linkspan.it.PropagationFormat#all")
    void a_forwarded_message_is_linked_hop_by_hop(PropagationFormat format, RabbitMqClients clients) throws Exception {
        InMemorySpanExporter exported = InMemorySpanExporter.create();
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .setPropagators(ContextPropagators.create(format.propagator()))
                .build()) {
            RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(sdk);
            Channel channel =
                    clients.connection(rabbitMq.wrap(clients.factory())).createChannel();
            String orders = clients.queue();
            String forwarded = clients.queue();
            channel.basicPublish("", orders, null, new byte[0]);
            channel.basicConsume(
                    orders,
                    true,
                    // as it came, with its headers
                    (tag, delivery) ->
                            channel.basicPublish("", forwarded, delivery.getProperties(), delivery.getBody()),
                    tag -> {});
            GetResponse last = await().until(() -> channel.basicGet(forwarded, true), got -> got != null);
            await().until(() -> exported.getFinishedSpanItems().size() == 4);

            List<SpanData> spans = exported.getFinishedSpanItems();
            assertThat(last.getProps().getHeaders().keySet()).contains(format.header());
            SpanData publish = one(spans, "publish " + orders);
            assertThat(linksOf(one(spans, "process " + orders))).containsExactly(publish.getSpanId());
            assertThat(linksOf(one(spans, "publish " + forwarded))).containsExactly(publish.getSpanId());
            assertThat(linksOf(one(spans, "receive " + forwarded)))
                    .containsExactly(one(spans, "publish " + forwarded).getSpanId());
        }
    }
}
