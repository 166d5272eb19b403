package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.contrib.awsxray.propagator.AwsXrayPropagator;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.extension.trace.propagation.JaegerPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** One propagator under Kafka clients in memory: a record comes in, is handled, and is sent on in two ways. */
final class FuzzedPropagator {

    private static final int MAX_WRITTEN = 55 + 512 + 8192;
    private static final int READ_OF_TRACEPARENT = 256;
    private static final int READ_OF_TRACESTATE = 512;
    private static final int READ_OF_FIELD = 8192;

    private final TextMapPropagator propagator;
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final List<Headers> sent = new ArrayList<>();
    private final MessageTracer<ConsumerRecord<String, String>> tracer;
    private final Producer<String, String> producer;

    private FuzzedPropagator(TextMapPropagator propagator) {
        this.propagator = propagator;
        KafkaTelemetry telemetry = KafkaTelemetry.create(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .setPropagators(ContextPropagators.create(propagator))
                .build());
        Consumer<String, String> consumer = client(Consumer.class, arguments -> null);
        this.tracer = telemetry.records(consumer);
        Producer<String, String> bare = client(Producer.class, this::answer);
        this.producer = telemetry.wrap(bare);
    }

    static List<FuzzedPropagator> all() {
        return propagators().stream().map(FuzzedPropagator::new).toList();
    }

    private static List<TextMapPropagator> propagators() {
        TextMapPropagator baggage = W3CBaggagePropagator.getInstance();
        return List.of(
                TextMapPropagator.composite(W3CTraceContextPropagator.getInstance(), baggage),
                TextMapPropagator.composite(B3Propagator.injectingSingleHeader(), baggage),
                TextMapPropagator.composite(B3Propagator.injectingMultiHeaders(), baggage),
                JaegerPropagator.getInstance(),
                TextMapPropagator.composite(AwsXrayPropagator.getInstance(), baggage));
    }

    /** What each writes by itself, with little baggage and with more than it may. */
    static List<List<Header>> written() {
        SpanContext span = SpanContext.create(
                HostileHeaders.TRACE_ID,
                HostileHeaders.SPAN_ID,
                TraceFlags.getSampled(),
                TraceState.builder().put("foo", "1").build());
        List<List<Header>> written = new ArrayList<>();
        for (int length : new int[] {1, 4_370}) {
            Baggage baggage = Baggage.builder()
                    .put("a", "v".repeat(length))
                    .put("b", "w".repeat(length))
                    .build();
            for (TextMapPropagator propagator : propagators()) {
                List<Header> fields = new ArrayList<>();
                propagator.inject(
                        Context.root().with(Span.wrap(span)).with(baggage), fields, (carrier, name, value) -> {
                            carrier.add(new Header(name, value.getBytes(UTF_8)));
                        });
                written.add(fields);
            }
        }
        return written;
    }

    void assertOnlyData(List<RecordHeader> fields) {
        RecordHeaders headers = new RecordHeaders(fields.toArray(RecordHeader[]::new));
        ConsumerRecord<String, String> record = new ConsumerRecord<>(
                "in", 0, 0, 0L, TimestampType.CREATE_TIME, 0, 0, null, "v", headers, java.util.Optional.empty());
        int[] handled = {0};

        SpanContext origin = tracer.origin(record);
        tracer.process(record, r -> {
            handled[0]++;
            producer.send(new ProducerRecord<>("forwarded", null, null, null, r.value(), r.headers()));
            producer.send(new ProducerRecord<>("fresh", r.value()));
        });

        assertThat(handled[0]).isEqualTo(1);
        assertThat(headers.toArray()).as("the received headers").isEqualTo(fields.toArray());
        assertSpans(origin);
        assertSent(headers);
        assertAsThePropagatorReads(fields, origin);
        spans.reset();
        sent.clear();
    }

    private void assertSpans(SpanContext origin) {
        List<SpanData> ended = spans.getFinishedSpanItems();
        assertThat(ended).hasSize(3);
        SpanData process = ended.get(2);
        assertThat(process.getLinks()).hasSize(origin.isValid() ? 1 : 0);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
    }

    private void assertSent(Headers received) {
        assertThat(sent).hasSize(2);
        assertThat(valueBytes(sent.get(1))).as("bytes that a send adds").isLessThanOrEqualTo(MAX_WRITTEN);
        assertThat(valueBytes(sent.get(0)))
                .as("bytes that a forward adds")
                .isLessThanOrEqualTo(valueBytes(received) + MAX_WRITTEN);
    }

    private static int valueBytes(Headers headers) {
        int bytes = 0;
        for (org.apache.kafka.common.header.Header header : headers) {
            bytes += header.value() == null ? 0 : header.value().length;
        }
        return bytes;
    }

    /** Where the propagator reads plain headers by itself, and does not throw, we must read the same. */
    private void assertAsThePropagatorReads(List<RecordHeader> fields, SpanContext origin) {
        Set<String> names = new HashSet<>();
        int total = 0;
        boolean plain = true;
        for (RecordHeader field : fields) {
            String name = field.key().toLowerCase(Locale.ROOT);
            String value = field.value() == null ? "" : new String(field.value(), UTF_8);
            total += value.length();
            plain &= names.add(name)
                    && field.value() != null
                    && value.length() <= readOf(name)
                    && value.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
        }
        if (!plain || total > READ_OF_FIELD) {
            return;
        }
        SpanContext own;
        try {
            own = Span.fromContext(propagator.extract(Context.root(), fields, PlainGetter.INSTANCE))
                    .getSpanContext();
        } catch (RuntimeException e) {
            own = SpanContext.getInvalid();
        }
        assertThat(origin.getTraceId()).isEqualTo(own.getTraceId());
        assertThat(origin.getSpanId()).isEqualTo(own.getSpanId());
        assertThat(origin.isSampled()).isEqualTo(own.isSampled());
    }

    private static int readOf(String name) {
        return switch (name) {
            case "traceparent" -> READ_OF_TRACEPARENT;
            case "tracestate" -> READ_OF_TRACESTATE;
            default -> READ_OF_FIELD;
        };
    }

    private @Nullable Object answer(@Nullable Object[] arguments) {
        if (arguments == null || !(arguments[0] instanceof ProducerRecord<?, ?> record)) {
            return null;
        }
        sent.add(record.headers());
        if (arguments.length > 1 && arguments[1] instanceof Callback callback) {
            callback.onCompletion(null, null);
        }
        return new CompletableFuture<>();
    }

    private interface Answer {
        @Nullable
        Object to(@Nullable Object[] arguments);
    }

    @SuppressWarnings("unchecked") // of the interface's own kind
    private static <T> T client(Class<? super T> type, Answer answer) {
        return (T) Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answer.to(arguments));
    }

    private enum PlainGetter implements TextMapGetter<List<RecordHeader>> {
        INSTANCE;

        @Override
        public Iterable<String> keys(List<RecordHeader> fields) {
            return fields.stream().map(RecordHeader::key).toList();
        }

        @Override
        public @Nullable String get(@Nullable List<RecordHeader> fields, String key) {
            for (RecordHeader field : fields == null ? List.<RecordHeader>of() : fields) {
                if (field.key().equalsIgnoreCase(key)) {
                    return new String(field.value(), UTF_8);
                }
            }
            return null;
        }
    }
}
