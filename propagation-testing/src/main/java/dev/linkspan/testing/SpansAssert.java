package dev.linkspan.testing;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on the spans of one test. Start with {@link LinkspanAssertions#assertThatSpans}.
 *
 * <p>A failure says what was expected, each thing that is wrong and at which span, what to do about it, and draws the
 * traces ({@link TraceTree}) with what is wrong in them. No assertion looks at clocks: on a quiet broker a message often
 * reaches its consumer before its producer's span ends.
 *
 * <p>Not thread-safe.
 */
public final class SpansAssert extends AbstractAssert<SpansAssert, List<SpanData>> {

    /** What the SDK keeps of one span's links unless told otherwise, and Linkspan too. */
    private static final int DEFAULT_MAX_LINKS = 128;

    private final Traces traces;

    SpansAssert(Collection<? extends SpanData> spans) {
        super(new ArrayList<SpanData>(spans), SpansAssert.class);
        traces = new Traces(actual);
    }

    /**
     * Trace context travels over this destination: there are producer and consumer spans of it; each consumer span
     * (receive or process) is linked to the span that made its message; none has a producer above it; links are bounded,
     * at most 128 a span, and a batch's span accounts for each of its messages.
     *
     * @param destination the name or template of a topic, queue or subject; for RabbitMQ also one part of
     *     {@code exchange:routing_key:queue}
     */
    public SpansAssert propagates(String destination) {
        return propagates(destination, destination);
    }

    /**
     * As {@link #propagates(String)}, where the consumer knows the destination by another name: a subscription, a queue
     * behind an exchange, a dead-letter queue.
     *
     * @param sentTo the producer's name for it
     * @param receivedFrom the consumer's name for it
     */
    public SpansAssert propagates(String sentTo, String receivedFrom) {
        Destination destination = scope(sentTo, receivedFrom);
        List<Finding> findings = new ArrayList<>(LinkChecks.linked(destination));
        for (Finding below : LinkChecks.notBelowProducer(destination)) {
            if (findings.stream().noneMatch(finding -> finding.span() == below.span())) {
                findings.add(below);
            }
        }
        findings.addAll(SpanChecks.boundedLinks(destination.consumers, DEFAULT_MAX_LINKS));
        return check("trace context propagates over " + destination.name, findings);
    }

    /**
     * Narrows down to the spans of one destination.
     *
     * @param destination as in {@link #propagates(String)}
     */
    public DestinationAssert destination(String destination) {
        return destination(destination, destination);
    }

    /**
     * Narrows down to the spans of one destination that the consumer knows by another name.
     *
     * @param sentTo the producer's name for it
     * @param receivedFrom the consumer's name for it
     */
    public DestinationAssert destination(String sentTo, String receivedFrom) {
        return new DestinationAssert(this, actual, scope(sentTo, receivedFrom));
    }

    /**
     * Each span's parent is among these spans or came from outside, and each link points to one of these spans. For tests
     * that hold both the producer and the consumer.
     */
    public SpansAssert hasNoOrphans() {
        return check("each parent and each linked span is among these spans", SpanChecks.noOrphans(traces));
    }

    /**
     * No span has more links than that, and the SDK dropped none.
     *
     * @param perSpan 0 or more
     */
    public SpansAssert hasAtMostLinks(int perSpan) {
        return check(
                "no span has more than " + Text.count(perSpan, "link"),
                SpanChecks.boundedLinks(traces.spans(), perSpan));
    }

    /** Every span has ended. Exporters see only spans that have; this is for spans taken elsewhere. */
    public SpansAssert hasNoOpenSpans() {
        return check("every span has ended", SpanChecks.allEnded(traces));
    }

    /** No span has status ERROR. */
    public SpansAssert hasNoErrors() {
        return check("no span has status ERROR", SpanChecks.noErrors(traces));
    }

    /**
     * There are spans of just these names, no more and no fewer, in any order: so that a span that nobody expected fails
     * the test.
     *
     * @param names one for each span; a name that occurs twice is given twice
     */
    public SpansAssert hasOnlySpans(String... names) {
        return check("there are just these spans: " + List.of(names), SpanChecks.onlyNamed(traces, List.of(names)));
    }

    /**
     * Every messaging span follows OpenTelemetry's messaging conventions, v1.44.0: known attribute names of the right
     * type, none of them deprecated; span kind and span name as the operation wants them; required attributes; {@code
     * error.type} just on spans with status ERROR; a batch's message count only on batches; a schema URL. Attributes that
     * are no messaging attributes, {@code linkspan.*} and {@code messaging.header.*} may be there. Spans without any
     * messaging attribute are not looked at.
     */
    public SpansAssert followsConventions() {
        return check("messaging spans follow the conventions v1.44.0", Conventions.check(traces, false));
    }

    /**
     * As {@link #followsConventions()}, with {@code OTEL_SEMCONV_STABILITY_OPT_IN=messaging/dup}: a deprecated name may
     * stand beside the name that replaced it, with the same value, but not alone.
     */
    public SpansAssert followsConventionsAndOldOnes() {
        return check(
                "messaging spans follow the conventions v1.44.0, with old names beside",
                Conventions.check(traces, true));
    }

    private Destination scope(String sentTo, String receivedFrom) {
        return new Destination(
                traces,
                requireNonNull(sentTo, "sentTo must be the name of a destination"),
                requireNonNull(receivedFrom, "receivedFrom must be the name of a destination"));
    }

    private SpansAssert check(String expectation, List<Finding> findings) {
        if (!findings.isEmpty()) {
            failWithMessage("%s", Report.of(expectation, findings, traces));
        }
        return this;
    }
}
