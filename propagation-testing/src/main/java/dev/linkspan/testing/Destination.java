package dev.linkspan.testing;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The producer and consumer spans of one destination, and which of them belong together. */
final class Destination {

    final String name;
    final Traces traces;
    /** Spans whose own context messages carry. */
    final List<SpanNode> creators = new ArrayList<>();

    /** All that send, also those that pass a context on. */
    final List<SpanNode> senders = new ArrayList<>();

    final List<SpanNode> consumers = new ArrayList<>();
    /** What messages carry, by id: contexts of creators, and those that a send span only passed on. */
    private final Set<String> origins = new HashSet<>();

    private final Map<String, List<SpanNode>> creatorsByMessage = new HashMap<>();

    Destination(Traces traces, String sentTo, String receivedFrom) {
        this.traces = traces;
        this.name =
                sentTo.equals(receivedFrom) ? "\"" + sentTo + "\"" : "\"" + sentTo + "\" to \"" + receivedFrom + "\"";
        for (SpanNode node : traces.spans()) {
            if (node.isConsumer() && matches(node, receivedFrom)) {
                consumers.add(node);
            } else if (("send".equals(node.operationType()) || "create".equals(node.operationType()))
                    && matches(node, sentTo)) {
                addSent(node);
            }
        }
    }

    private void addSent(SpanNode node) {
        senders.add(node);
        if (node.isCreator()) {
            creators.add(node);
            origins.add(Traces.id(node.data.getSpanContext()));
            for (String identity : identities(node)) {
                creatorsByMessage
                        .computeIfAbsent(identity, id -> new ArrayList<>())
                        .add(node);
            }
        } else {
            // a send of kind CLIENT passed contexts on, and links to them
            for (LinkData link : node.data.getLinks()) {
                origins.add(Traces.id(link.getSpanContext()));
            }
        }
    }

    boolean hasProducers() {
        return !origins.isEmpty();
    }

    boolean isOrigin(SpanContext context) {
        return origins.contains(Traces.id(context));
    }

    /** The spans that made this consumer's message, as ids say; several if the application reuses message ids. */
    List<SpanNode> identified(SpanNode consumer) {
        for (String identity : identities(consumer)) {
            List<SpanNode> makers = creatorsByMessage.get(identity);
            if (makers != null) {
                return makers;
            }
        }
        return List.of();
    }

    /** Those, or the only producer there is. */
    List<SpanNode> madeBy(SpanNode consumer) {
        List<SpanNode> makers = identified(consumer);
        return makers.isEmpty() && creators.size() == 1 ? creators : makers;
    }

    /** Why {@link #madeBy} believes it. */
    String evidence(SpanNode consumer) {
        for (String identity : identities(consumer)) {
            if (creatorsByMessage.containsKey(identity)) {
                return "same " + identity;
            }
        }
        return "the only producer";
    }

    private static List<String> identities(SpanNode node) {
        List<String> identities = new ArrayList<>(2);
        String messageId = node.get(Keys.MESSAGE_ID);
        if (messageId != null) {
            identities.add("message id " + Text.line(messageId, 40));
        }
        Long offset = node.get(Keys.KAFKA_OFFSET);
        String partition = node.get(Keys.PARTITION);
        if (offset != null && partition != null) {
            identities.add("partition " + partition + " and offset " + offset);
        }
        return identities;
    }

    /** All messaging destinations, with how often they occur, for who mistyped one. */
    static String known(Traces traces) {
        Map<String, Integer> counts = new TreeMap<>();
        for (SpanNode node : traces.spans()) {
            String destination = node.get(Keys.DESTINATION);
            String template = node.get(Keys.TEMPLATE);
            if (destination != null || template != null) {
                counts.merge(
                        Text.line(String.valueOf(destination != null ? destination : template), 60), 1, Integer::sum);
            }
        }
        if (counts.isEmpty()) {
            return "no span names a messaging.destination.name";
        }
        List<String> told = new ArrayList<>();
        counts.forEach((destination, count) -> told.add("\"" + destination + "\" on " + Text.count(count, "span")));
        return "there are " + Text.some(told);
    }

    private static boolean matches(SpanNode node, String wanted) {
        if (wanted.equals(node.get(Keys.TEMPLATE)) || matches(node.get(Keys.DESTINATION), node, wanted)) {
            return true;
        }
        // the span of a batch from several destinations names them on its links
        for (LinkData link : node.data.getLinks()) {
            if (node.isConsumer() && matches(link.getAttributes().get(Keys.DESTINATION), node, wanted)) {
                return true;
            }
        }
        return false;
    }

    /** RabbitMQ's names are made of exchange, routing key and, for consumers, queue: each of them is a name for it. */
    private static boolean matches(@Nullable String destination, SpanNode node, String wanted) {
        if (destination == null) {
            return false;
        }
        return destination.equals(wanted)
                || ("rabbitmq".equals(node.get(Keys.SYSTEM)) && (":" + destination + ":").contains(":" + wanted + ":"));
    }
}
