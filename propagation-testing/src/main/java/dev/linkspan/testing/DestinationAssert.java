package dev.linkspan.testing;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on the producer spans (create, send) and consumer spans (receive, process) of one destination. Start with
 * {@link SpansAssert#destination(String)}.
 *
 * <p>Which producer made a consumer's message follows from message ids or offsets where spans have them; else any
 * producer of the destination will do. Not thread-safe.
 */
public final class DestinationAssert extends AbstractAssert<DestinationAssert, List<SpanData>> {

    private final SpansAssert spans;
    private final Destination destination;

    DestinationAssert(SpansAssert spans, List<SpanData> actual, Destination destination) {
        super(actual, DestinationAssert.class);
        this.spans = spans;
        this.destination = destination;
    }

    /** Back to all spans. */
    public SpansAssert and() {
        return spans;
    }

    /**
     * Each consumer span is linked to the span that made its message; a batch's span accounts for each of its messages, by
     * a link or in {@code linkspan.links.left_out}. There must be a producer and a consumer span.
     */
    public DestinationAssert isLinked() {
        return check(
                "each consumer span of " + destination.name + " is linked to its producer",
                LinkChecks.linked(destination));
    }

    /** No consumer span has the producer of its message above it, neither as parent nor further up. */
    public DestinationAssert hasNoProducerAsAncestor() {
        return check(
                "no producer of " + destination.name + " is above its consumer",
                LinkChecks.notBelowProducer(destination));
    }

    /** Each process span is a child of the producer of its message, and linked to it: the relation PARENT. */
    public DestinationAssert hasProducerAsParent() {
        List<Finding> findings = new ArrayList<>(LinkChecks.linked(destination));
        for (SpanNode span : consumers("process")) {
            SpanContext parent = span.data.getParentSpanContext();
            if (!parent.isValid() || !span.linksTo(parent)) {
                findings.add(Finding.at(
                        span,
                        "A process span is no child of its producer",
                        parent.isValid() ? "its parent is " + destination.traces.name(parent) : "it is a root",
                        "set the destination's relation to PARENT; for single messages only."));
            }
        }
        return check("each process span of " + destination.name + " is a child of its producer", findings);
    }

    /** No consumer span is in the trace of the producer of its message, under whatever parent. */
    public DestinationAssert hasSeparateTraces() {
        return check(
                "producers and consumers of " + destination.name + " are in different traces",
                LinkChecks.inOtherTraces(destination));
    }

    /**
     * Each consumer span is linked to one of these. For tests of a consumer alone, whose messages the test itself made.
     *
     * @param origins contexts that the messages carried
     */
    public DestinationAssert consumersLinkTo(SpanContext... origins) {
        List<Finding> findings = noConsumers();
        for (SpanNode consumer : destination.consumers) {
            if (Arrays.stream(origins).noneMatch(consumer::linksTo)) {
                List<LinkData> links = consumer.data.getLinks();
                findings.add(Finding.at(
                        consumer,
                        "A consumer span is not linked to the context that its message carried",
                        links.isEmpty()
                                ? "it has no link"
                                : "its link points to "
                                        + destination.traces.name(links.get(0).getSpanContext()),
                        "process the message through Linkspan, tracer.process(message, handler); see that the message"
                                + " carried the context in headers that the configured propagator reads."));
            }
        }
        return check("each consumer span of " + destination.name + " is linked to the given context", findings);
    }

    /** No consumer span has a link: for messages that carry no context. */
    public DestinationAssert hasNoLinks() {
        List<Finding> findings = noConsumers();
        for (SpanNode consumer : destination.consumers) {
            if (!consumer.data.getLinks().isEmpty()) {
                findings.add(Finding.at(
                        consumer,
                        "A consumer span has a link",
                        "it has " + Text.count(consumer.data.getLinks().size(), "link"),
                        "find out who wrote the context into the message; if nobody did, extract into a context without"
                                + " a span."));
            }
        }
        return check("no consumer span of " + destination.name + " has a link", findings);
    }

    /**
     * No span of this destination has more links than that, and the SDK dropped none.
     *
     * @param perSpan 0 or more
     */
    public DestinationAssert hasAtMostLinks(int perSpan) {
        List<SpanNode> all = new ArrayList<>(destination.senders);
        all.addAll(destination.consumers);
        return check(
                "no span of " + destination.name + " has more than " + Text.count(perSpan, "link"),
                SpanChecks.boundedLinks(all, perSpan));
    }

    /**
     * There is one process span for each batch, of these sizes, and no other process span: however large a batch is, it is
     * one span.
     *
     * @param sizes how many messages each batch has, in any order
     */
    public DestinationAssert hasBatches(int... sizes) {
        List<Integer> wanted = new ArrayList<>(Arrays.stream(sizes).boxed().toList());
        List<Finding> findings = new ArrayList<>();
        for (SpanNode span : consumers("process")) {
            Long count = span.get(Keys.BATCH_COUNT);
            if (count == null || !wanted.remove((Integer) (int) (long) count)) {
                findings.add(
                        Finding.at(
                                span,
                                count == null
                                        ? "A process span stands for a single message"
                                        : "A process span stands for a batch of another size",
                                count == null
                                        ? "it has no messaging.batch.message_count"
                                        : Text.count(count, "message"),
                                "process a batch whole, in one span, through the batch processor or tracer.startBatch(messages)."));
            }
        }
        if (!wanted.isEmpty()) {
            findings.add(Finding.missing(
                    "A batch has no process span",
                    "no process span stands for a batch of " + wanted,
                    "see that the batch was processed, and wait until it is."));
        }
        return check(
                "each batch of " + destination.name + " has one process span, sizes " + Arrays.toString(sizes),
                findings);
    }

    /**
     * There are so many spans that messages carry: Create spans, and Send spans of kind PRODUCER.
     *
     * @param count 0 or more
     */
    public DestinationAssert hasProducerSpans(int count) {
        return hasCount("producer", count, destination.creators);
    }

    /**
     * There are so many receive spans.
     *
     * @param count 0 or more
     */
    public DestinationAssert hasReceiveSpans(int count) {
        return hasCount("receive", count, consumers("receive"));
    }

    /**
     * There are so many process spans, of single messages and of batches.
     *
     * @param count 0 or more
     */
    public DestinationAssert hasProcessSpans(int count) {
        return hasCount("process", count, consumers("process"));
    }

    private DestinationAssert hasCount(String what, int count, List<SpanNode> found) {
        List<Finding> findings = found.size() == count
                ? List.of()
                : List.of(Finding.missing(
                        "The number of " + what + " spans is " + found.size() + ", not " + count,
                        found.isEmpty() ? Destination.known(destination.traces) : Text.some(found),
                        "wait until all are done (awaitSpans); too many: see who makes them twice."));
        return check("there are " + Text.count(count, what + " span") + " of " + destination.name, findings);
    }

    private List<Finding> noConsumers() {
        List<Finding> findings = new ArrayList<>(LinkChecks.bothSides(destination));
        findings.removeIf(Predicate.not(finding -> finding.problem().equals(LinkChecks.NO_CONSUMER)));
        return findings;
    }

    private List<SpanNode> consumers(String operationType) {
        return destination.consumers.stream()
                .filter(span -> operationType.equals(span.operationType()))
                .toList();
    }

    private DestinationAssert check(String expectation, List<Finding> findings) {
        if (!findings.isEmpty()) {
            failWithMessage("%s", Report.of(expectation, findings, destination.traces));
        }
        return this;
    }
}
