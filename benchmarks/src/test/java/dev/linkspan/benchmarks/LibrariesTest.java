package dev.linkspan.benchmarks;

import static dev.linkspan.benchmarks.Library.BARE;
import static dev.linkspan.benchmarks.Library.BRAVE;
import static dev.linkspan.benchmarks.Library.HAND_WRITTEN;
import static dev.linkspan.benchmarks.Library.LEAST;
import static dev.linkspan.benchmarks.Library.LINKSPAN;
import static dev.linkspan.benchmarks.Library.OPENTELEMETRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.TraceContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A figure counts only if what it is of does what it says. */
class LibrariesTest {

    private static final String TRACE = "0af765190000000004bf92f3577b34da";

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final BraveSpans zipkin = new BraveSpans();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final Backend backend = backend(1);

    private Backend backend(double share) {
        return Backend.of(
                share,
                SimpleSpanProcessor.create(exporter),
                zipkin,
                SdkMeterProvider.builder().registerMetricReader(metrics).build());
    }

    static Stream<Arguments> all() {
        return Stream.of(Broker.values())
                .flatMap(broker -> broker.libraries.stream().map(library -> Arguments.of(broker, library)));
    }

    static Stream<Arguments> batching() {
        return all().filter(each -> each.get()[1] == HAND_WRITTEN || each.get()[1] == LINKSPAN);
    }

    static Stream<Arguments> own() {
        return all().filter(each -> each.get()[1] == HAND_WRITTEN || each.get()[1] == LEAST);
    }

    @ParameterizedTest
    @MethodSource("all")
    void send_carries_the_context_of_one_span(Broker broker, Library library) throws Exception {
        Traced<Object> traced = broker.with(library, backend);
        traced.send();
        traced.send();
        if (library == BARE) {
            assertThat(traced.sent()).isEmpty();
            assertThat(exporter.getFinishedSpanItems()).isEmpty();
        } else if (library == BRAVE) {
            assertThat(zipkin.spans).hasSize(2);
            assertThat(traced.sent().get("b3")).startsWith(zipkin.spans.get(1).traceId() + "-");
        } else {
            assertThat(exporter.getFinishedSpanItems()).hasSize(2);
            SpanData last = exporter.getFinishedSpanItems().get(1);
            assertThat(traced.sent().get("traceparent")).contains(last.getTraceId() + "-" + last.getSpanId());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void processing_makes_a_span_that_knows_its_producer_for_each_message(Broker broker, Library library)
            throws Exception {
        Traced<Object> traced = broker.with(library, backend);
        List<Object> handled = new ArrayList<>();
        traced.process(traced.messages(3, Content.BAGGAGE), handled::add);
        assertThat(handled).hasSize(3);
        if (library == BARE) {
            assertThat(exporter.getFinishedSpanItems()).isEmpty();
        } else if (library == BRAVE) {
            assertThat(zipkin.spans).hasSize(3);
            assertThat(zipkin.spans.get(0).traceId()).isEqualTo(TRACE);
        } else {
            // where the messages come through the client, its pull may have a span too
            List<SpanData> spans =
                    broker == Broker.SQS_CLIENT ? ofKind(SpanKind.CONSUMER) : exporter.getFinishedSpanItems();
            assertThat(spans).hasSize(3);
            SpanData first = spans.get(0);
            if (library == OPENTELEMETRY) {
                assertThat(first.getTraceId()).isEqualTo(TRACE);
            } else {
                assertThat(first.getParentSpanContext().isValid()).isFalse();
                assertThat(first.getLinks())
                        .singleElement()
                        .satisfies(link ->
                                assertThat(link.getSpanContext().getTraceId()).isEqualTo(TRACE));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("batching")
    void batch_of_500_is_one_span_of_128_links(Broker broker, Library library) throws Exception {
        Traced<Object> traced = broker.with(library, backend);
        List<Object> handled = new ArrayList<>();
        traced.batch(traced.messages(500, Content.PLAIN), handled::addAll);
        assertThat(handled).hasSize(500);
        assertThat(exporter.getFinishedSpanItems())
                .singleElement()
                .satisfies(span -> assertThat(span.getLinks()).hasSize(128));
    }

    @ParameterizedTest
    @MethodSource("batching")
    void pull_makes_a_span_with_links(Broker broker, Library library) throws Exception {
        Traced<Object> traced = broker.with(library, backend);
        traced.arrive(traced.messages(1, Content.PLAIN));
        traced.receive();
        assertThat(exporter.getFinishedSpanItems())
                .singleElement()
                .satisfies(span -> assertThat(span.getLinks()).hasSize(1));
    }

    /** By hand and by Linkspan the same is said of a message, so that neither is cheaper by saying less. */
    @ParameterizedTest
    @MethodSource("own")
    void spans_by_hand_say_no_more_than_spans_by_linkspan(Broker broker, Library library) throws Exception {
        Traced<Object> linkspan = broker.with(LINKSPAN, backend);
        linkspan.send();
        linkspan.process(linkspan.messages(1, Content.PLAIN), message -> {});
        Traced<Object> own = broker.with(library, backend);
        own.send();
        own.process(own.messages(1, Content.PLAIN), message -> {});
        List<SpanData> spans = exporter.getFinishedSpanItems();
        assertThat(spans).as("a send and a process of each").hasSize(4);
        int half = spans.size() / 2;
        for (int i = 0; i < half; i++) {
            assertThat(spans.get(i + half).getAttributes().asMap().keySet())
                    .as(spans.get(i).getName())
                    .isEqualTo(spans.get(i).getAttributes().asMap().keySet());
            assertThat(spans.get(i + half).getName()).isEqualTo(spans.get(i).getName());
            assertThat(spans.get(i + half).getKind()).isEqualTo(spans.get(i).getKind());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void unsampled_tracing_records_nothing_and_still_carries_a_context(Broker broker, Library library)
            throws Exception {
        Traced<Object> traced = broker.with(library, backend(0));
        traced.send();
        assertThat(exporter.getFinishedSpanItems()).isEmpty();
        assertThat(zipkin.spans).isEmpty();
        if (library == BRAVE) {
            assertThat(traced.sent().get("b3")).isNotNull();
        } else if (library != BARE) {
            assertThat(traced.sent().get("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[02468ace]");
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void every_way_of_tracing_hands_every_message_on(Broker broker, Library library) throws Exception {
        for (Tracing tracing : Tracing.values()) {
            for (Content content : Content.values()) {
                List<Object> handled = new ArrayList<>();
                Traced<Object> traced = broker.with(library, tracing.backend());
                traced.process(traced.messages(2, content), handled::add);
                assertThat(handled).as(tracing + " " + content).hasSize(2);
            }
        }
    }

    /** Twice, as a benchmark does. */
    @ParameterizedTest
    @EnumSource(names = {"BARE", "LINKSPAN", "OPENTELEMETRY"})
    void messages_come_through_the_client_of_aws_ten_at_a_time(Library library) throws Exception {
        Traced<Object> traced = Broker.SQS_CLIENT.with(library, backend);
        List<Object> messages = traced.messages(25, Content.PLAIN);
        List<Object> handled = new ArrayList<>();
        traced.process(messages, handled::add);
        traced.process(messages, handled::add);
        assertThat(handled.subList(0, 25)).isEqualTo(messages);
        assertThat(handled.subList(25, 50)).isEqualTo(messages);
        assertThat(handled.get(0)).isNotSameAs(messages.get(0));
        assertThat(ofKind(SpanKind.CONSUMER)).hasSize(library == BARE ? 0 : 50);
        assertThat(ofKind(SpanKind.CLIENT))
                .extracting(span -> span.getLinks().size())
                .isEqualTo(library == LINKSPAN ? List.of(10, 10, 5, 10, 10, 5) : List.of());
    }

    @Test
    void linkspan_keeps_metrics_where_they_are_on() throws Exception {
        Broker.KAFKA.with(LINKSPAN, backend).send();
        assertThat(metrics.collectAllMetrics()).isNotEmpty();
    }

    private List<SpanData> ofKind(SpanKind kind) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getKind() == kind)
                .toList();
    }

    @Test
    void library_that_has_nothing_for_a_broker_is_refused() {
        assertThatThrownBy(() -> Broker.NATS.with(BRAVE, backend)).isInstanceOf(IllegalArgumentException.class);
    }

    private static final class BraveSpans extends SpanHandler {

        final List<MutableSpan> spans = new ArrayList<>();

        @Override
        public boolean end(TraceContext context, MutableSpan span, Cause cause) {
            return Boolean.TRUE.equals(context.sampled()) && spans.add(span);
        }
    }
}
