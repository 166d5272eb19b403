package dev.linkspan.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingPolicy;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What the parts of {@link PropagationContract} share: one harness and one SDK a test, and what must hold after each. */
abstract class ContractBench<O, M> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Where spans may stay open, or stayed open before. */
    private static final Duration LESS_PATIENCE = Duration.ofSeconds(3);

    private static final boolean OLD_NAMES = System.getProperty(
                    "otel.semconv-stability.opt-in", System.getenv().getOrDefault("OTEL_SEMCONV_STABILITY_OPT_IN", ""))
            .contains("messaging/dup");

    private @Nullable TestTelemetry telemetry;
    private @Nullable PropagationHarness<O, M> harness;
    private boolean checked = true;
    private boolean waitedInVain;

    /** A new harness, not started. */
    protected abstract PropagationHarness<O, M> harness();

    final void connect() throws Exception {
        connect(UnaryOperator.identity(), UnaryOperator.identity());
    }

    final void connect(UnaryOperator<MessagingPolicy> policy) throws Exception {
        connect(UnaryOperator.identity(), policy);
    }

    final void connect(UnaryOperator<TestTelemetry.Settings> settings, UnaryOperator<MessagingPolicy> policy)
            throws Exception {
        TestTelemetry made = new TestTelemetry(settings.apply(TestTelemetry.Settings.DEFAULT));
        telemetry = made;
        connect(MessagingTelemetry.builder(made.sdk).policy(policy).build());
    }

    final void connect(MessagingTelemetry messaging) throws Exception {
        harness = harness();
        harness.start(messaging);
    }

    /** For telemetry that fails on purpose: its spans stay open, and are not looked at. */
    final void unchecked() {
        checked = false;
    }

    /** Spans have ended and follow the conventions, and the thread's context is as it was. */
    @AfterEach
    final void finish() throws Exception {
        try {
            assertThat(Context.current()).isSameAs(Context.root());
            if (telemetry != null && checked) {
                assertThat(awaitNoneOpen())
                        .as("all spans have ended; open are %s", telemetry.spans.open())
                        .isTrue();
                if (OLD_NAMES) {
                    spans().followsConventionsAndOldOnes();
                } else {
                    spans().followsConventions();
                }
                metrics().followsConventions();
            }
        } finally {
            disconnect();
        }
    }

    private void disconnect() throws Exception {
        PropagationHarness<O, M> open = harness;
        TestTelemetry made = telemetry;
        harness = null;
        telemetry = null;
        checked = true;
        waitedInVain = false;
        if (open != null) {
            open.close();
        }
        if (made != null) {
            made.close();
        }
    }

    final PropagationHarness<O, M> client() {
        return requireNonNull(harness, "connect first");
    }

    final TestTelemetry telemetry() {
        return requireNonNull(telemetry, "connect first");
    }

    final MessageTracer<M> tracer() {
        return client().tracer();
    }

    /** All finished spans, once none is open any more. */
    final Traces traces() {
        awaitNoneOpen();
        return new Traces(telemetry().spans.finished());
    }

    final SpansAssert spans() {
        awaitNoneOpen();
        return LinkspanAssertions.assertThatSpans(telemetry().spans.finished());
    }

    private boolean awaitNoneOpen() {
        boolean none = telemetry().spans.awaitNoneOpen(checked && !waitedInVain ? PATIENCE : LESS_PATIENCE);
        waitedInVain |= !none;
        return none;
    }

    final MetricsAssert metrics() {
        return LinkspanAssertions.assertThatMetrics(telemetry().metrics());
    }

    final List<SpanNode> spansOf(String operationType) {
        return traces().spans().stream()
                .filter(span -> operationType.equals(span.operationType()))
                .toList();
    }

    final SpanNode onlySpanOf(String operationType) {
        List<SpanNode> found = spansOf(operationType);
        assertThat(found).as("spans of type " + operationType).hasSize(1);
        return found.get(0);
    }

    final Span startSpan(String name) {
        return telemetry().sdk.getTracer("contract").spanBuilder(name).startSpan();
    }

    final void inSpan(String name, Work work) throws Exception {
        Span span = startSpan(name);
        try (Scope scope = span.makeCurrent()) {
            work.run();
        } finally {
            span.end();
        }
    }

    interface Work {
        void run() throws Exception;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    final O message(String destination, String body, Map.Entry<String, byte[]>... headers) {
        return client().message(destination, body, List.of(headers));
    }

    final void send(O message) throws Exception {
        Context before = Context.current();
        client().send(message);
        assertThat(Context.current()).as("the thread's context after a send").isSameAs(before);
    }

    final List<M> receive(String destination, int count) throws Exception {
        Context before = Context.current();
        List<M> messages = client().receive(destination, count);
        assertThat(Context.current()).as("the thread's context after a receive").isSameAs(before);
        assertThat(messages).as("received messages").hasSize(count);
        return messages;
    }

    final M receiveOne(String destination) throws Exception {
        return receive(destination, 1).get(0);
    }

    final M sendAndReceive(String destination) throws Exception {
        send(message(destination, "hello"));
        return receiveOne(destination);
    }

    /** Processes it with a handler that only says that it ran. */
    final void process(M message) {
        List<M> handled = new ArrayList<>();
        tracer().process(message, handled::add);
        assertThat(handled).hasSize(1);
        assertThat(handled.get(0)).as("the message that the handler got").isSameAs(message);
    }

    static Map.Entry<String, byte[]> header(String name, String value) {
        return new SimpleImmutableEntry<>(name, value.getBytes(UTF_8));
    }

    final List<String> valuesOf(M message, String name) {
        List<String> values = new ArrayList<>();
        for (Map.Entry<String, byte[]> header : client().headers(message)) {
            if (header.getKey().equalsIgnoreCase(name)) {
                values.add(new String(header.getValue(), UTF_8));
            }
        }
        return values;
    }

    final List<String> describeHeaders(M message) {
        List<String> described = new ArrayList<>();
        for (Map.Entry<String, byte[]> header : client().headers(message)) {
            byte[] value = header.getValue();
            described.add(header.getKey() + "=" + (value == null ? "null" : new String(value, UTF_8)));
        }
        return described;
    }
}
