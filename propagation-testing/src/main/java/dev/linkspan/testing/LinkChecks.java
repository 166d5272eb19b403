package dev.linkspan.testing;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold between the producers and the consumers of a destination. */
final class LinkChecks {

    static final String NO_CONSUMER = "No span receives from this destination, or processes its messages";

    private static final String USE_LINKSPAN =
            "process the message through Linkspan, tracer.process(message, handler), or add the extracted context as a"
                    + " link before the span starts";

    private LinkChecks() {}

    /** Without these two, there is nothing to check, and a check that passes on nothing is worthless. */
    static List<Finding> bothSides(Destination destination) {
        List<Finding> findings = new ArrayList<>();
        if (!destination.hasProducers()) {
            findings.add(Finding.missing(
                    "No span sends to this destination",
                    Destination.known(destination.traces),
                    "wrap the client that sends, see that its spans have ended and are exported, and that the name is"
                            + " the one in messaging.destination.name."));
        }
        if (destination.consumers.isEmpty()) {
            findings.add(Finding.missing(
                    NO_CONSUMER,
                    Destination.known(destination.traces),
                    "wrap the client that receives and process through its tracer; wait until the consumer is done"
                            + " (awaitSpans); the consumer's name for the destination may differ from the producer's:"
                            + " then name both."));
        }
        return findings;
    }

    /** Every consumer span is linked to the span that made its message. */
    static List<Finding> linked(Destination destination) {
        List<Finding> findings = bothSides(destination);
        if (findings.isEmpty()) {
            for (SpanNode consumer : destination.consumers) {
                Finding finding = linked(consumer, destination);
                if (finding != null) {
                    findings.add(finding);
                }
            }
        }
        return findings;
    }

    private static @Nullable Finding linked(SpanNode consumer, Destination destination) {
        boolean linked = false;
        long messagesLinked = 0;
        for (LinkData link : consumer.data.getLinks()) {
            if (destination.isOrigin(link.getSpanContext())) {
                linked = true;
                Long count = link.getAttributes().get(Keys.LINK_MESSAGE_COUNT);
                messagesLinked += count == null ? 1 : count;
            }
        }
        if (!linked) {
            return consumer.messages() == 0 ? null : notLinked(consumer, destination);
        }
        List<SpanNode> makers = destination.identified(consumer);
        if (!makers.isEmpty() && makers.stream().noneMatch(maker -> consumer.linksTo(maker.data.getSpanContext()))) {
            return Finding.at(
                            consumer,
                            "A consumer span is linked to the wrong producer",
                            "its message was made by " + makers.get(0) + " (" + destination.evidence(consumer)
                                    + "), and its link points elsewhere",
                            "the message carried another message's context: inject into a copy of the headers for each"
                                    + " message, and clear what an earlier hop left there.")
                    .note("no link to " + makers.get(0) + ", which made its message")
                    .with(makers.get(0));
        }
        return messagesWithoutLink(consumer, messagesLinked);
    }

    private static @Nullable Finding messagesWithoutLink(SpanNode consumer, long messagesLinked) {
        Long leftOut = consumer.get(Keys.LINKS_LEFT_OUT);
        long accounted = messagesLinked + (leftOut == null ? 0 : leftOut);
        long messages = consumer.messages();
        if (accounted >= messages || !isOfOneDestination(consumer)) {
            return null;
        }
        int dropped =
                consumer.data.getTotalRecordedLinks() - consumer.data.getLinks().size();
        String because = dropped > 0 ? "; the SDK dropped " + Text.count(dropped, "link") + " at its limit" : "";
        return Finding.at(
                        consumer,
                        "A batch's span says nothing of some of its messages",
                        "it processed " + Text.count(messages, "message") + ", its links stand for "
                                + Text.number(messagesLinked) + ", and linkspan.links.left_out declares "
                                + (leftOut == null ? "none" : Text.number(leftOut)) + because,
                        "process the batch through Linkspan, which bounds its links and counts the rest; if messages came"
                                + " without context, find the producer that does not inject.")
                .note("no link for " + Text.count(messages - accounted, "message"));
    }

    private static boolean isOfOneDestination(SpanNode consumer) {
        return consumer.get(Keys.DESTINATION) != null || consumer.get(Keys.TEMPLATE) != null;
    }

    private static Finding notLinked(SpanNode consumer, Destination destination) {
        List<SpanNode> makers = destination.madeBy(consumer);
        SpanNode maker = makers.isEmpty() ? null : makers.get(0);
        String madeBy = maker == null
                ? "it was made by one of " + Text.count(destination.creators.size(), "producer span")
                : "it was made by " + maker + " (" + destination.evidence(consumer) + ")";
        String note = maker == null ? "no link to its producer" : "no link to " + maker + ", which made its message";
        List<LinkData> links = consumer.data.getLinks();
        SpanNode ancestor = producerAbove(consumer, destination);
        if (links.isEmpty() && ancestor != null) {
            return Finding.at(
                            consumer,
                            "A consumer span is a child of its producer, and not linked to it",
                            "it is below " + ancestor,
                            "do not set the extracted context as parent: " + USE_LINKSPAN + ".")
                    .note("below " + ancestor + " instead of linked to it");
        }
        if (links.isEmpty()) {
            return Finding.at(
                            consumer,
                            "A consumer span has no link to the span that made its message",
                            madeBy,
                            "either the message came without headers (wrap the producer, so that it injects; see that"
                                    + " nothing between strips them), or the consumer does not read them: "
                                    + USE_LINKSPAN
                                    + ".")
                    .note(note)
                    .with(maker);
        }
        return linkedElsewhere(consumer, destination, links.get(0).getSpanContext())
                .note(note)
                .with(maker);
    }

    private static Finding linkedElsewhere(SpanNode consumer, Destination destination, SpanContext target) {
        SpanNode found = destination.traces.find(target);
        String points = "its link points to " + destination.traces.name(target);
        if (found == null) {
            return Finding.at(
                    consumer,
                    "A consumer span is linked to a span that is not here",
                    points,
                    "the producer's span was not exported: it has not ended, was not sampled, was cleared away, or lives in"
                            + " another process (then say which: consumersLinkTo(spanContext)).");
        }
        boolean caller = destination.creators.stream().anyMatch(creator -> creator.parent == found);
        return Finding.at(
                consumer,
                caller
                        ? "A consumer span is linked to the producer's caller"
                        : "A consumer span is linked to a span that is no producer of this destination",
                points + (caller ? ", the parent of a producer span" : ""),
                caller
                        ? "inject the send span's own context, after it started: its caller's context was injected."
                        : "the message carried a stale context, perhaps copied from a message that was forwarded: clear it"
                                + " before injecting, or let the wrapped client do it; if messages come through another"
                                + " destination by the broker's doing, name both.");
    }

    private static @Nullable SpanNode producerAbove(SpanNode consumer, Destination destination) {
        for (SpanNode ancestor : Traces.ancestors(consumer)) {
            if (destination.isOrigin(ancestor.data.getSpanContext())) {
                return ancestor;
            }
        }
        return null;
    }

    /** No consumer span has the producer of its message above it. */
    static List<Finding> notBelowProducer(Destination destination) {
        List<Finding> findings = new ArrayList<>();
        for (SpanNode consumer : destination.consumers) {
            SpanContext above = producerOf(consumer, destination);
            if (above != null) {
                String producer = destination.traces.name(above);
                findings.add(Finding.at(
                                consumer,
                                "A producer is an ancestor of its consumer",
                                "it is below " + producer,
                                "keep the link and give the consumer span no parent, or the span that is current where"
                                        + " it runs (Relation.LINK): a producer's trace must not last as long as its"
                                        + " message is queued.")
                        .note("below its producer, " + producer));
            }
        }
        return findings;
    }

    private static @Nullable SpanContext producerOf(SpanNode consumer, Destination destination) {
        boolean linked = !consumer.data.getLinks().isEmpty();
        SpanNode top = consumer;
        Set<SpanNode> ancestors = Traces.ancestors(consumer);
        for (SpanNode ancestor : ancestors) {
            SpanContext context = ancestor.data.getSpanContext();
            boolean origin = destination.isOrigin(context);
            if (linked ? consumer.linksTo(context) && (origin || ancestor.isCreator()) : origin) {
                return context;
            }
            top = ancestor;
        }
        // a producer in another process has no span here, but its id is the topmost parent's
        SpanContext remote = top.data.getParentSpanContext();
        return remote.isValid() && remote.isRemote() && consumer.linksTo(remote) ? remote : null;
    }

    /** No consumer span is in the trace of the producer of its message. */
    static List<Finding> inOtherTraces(Destination destination) {
        List<Finding> findings = new ArrayList<>();
        for (SpanNode consumer : destination.consumers) {
            for (LinkData link : consumer.data.getLinks()) {
                SpanContext origin = link.getSpanContext();
                if (origin.getTraceId().equals(consumer.data.getTraceId()) && destination.isOrigin(origin)) {
                    findings.add(Finding.at(
                            consumer,
                            "A consumer span is in the trace of its producer",
                            "it shares a trace with " + destination.traces.name(origin),
                            "the consumer ran where a span of that trace was current: on the sender's thread, or with its"
                                    + " context carried along; use Relation.LINK_NEW_ROOT where that is right."));
                    break;
                }
            }
        }
        return findings;
    }
}
