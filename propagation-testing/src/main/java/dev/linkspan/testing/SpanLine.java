package dev.linkspan.testing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a drawing says of one span or link. */
final class SpanLine {

    private static final int MAX_NAME = 80;
    private static final int MAX_VALUE = 40;
    private static final int MAX_MESSAGE = 120;

    private final Ink ink;

    SpanLine(Ink ink) {
        this.ink = ink;
    }

    String of(SpanNode node) {
        List<String> details = new ArrayList<>();
        details.add(Text.lowerCase(node.data.getKind()));
        addDetails(node.data.getAttributes(), details);
        if (!node.data.getSpanContext().isSampled()) {
            details.add("not sampled");
        }
        if (!node.data.hasEnded()) {
            details.add("not ended");
        }
        return name(node) + ink.faint(" (" + String.join(", ", details) + ")") + error(node);
    }

    String name(SpanNode node) {
        return ink.label("[" + node.label + "]") + " " + ink.strong(Text.line(node.data.getName(), MAX_NAME));
    }

    /** Why a span that has a parent stands at the top; empty for a root. */
    String missingParent(SpanNode node) {
        SpanContext parent = node.data.getParentSpanContext();
        if (!parent.isValid()) {
            return "";
        }
        return "  child of " + (parent.isRemote() ? "remote " : "") + "span " + Text.shortId(parent.getSpanId())
                + (parent.isRemote() ? "" : ", not among these spans");
    }

    String details(LinkData link) {
        List<String> details = new ArrayList<>();
        addDetails(link.getAttributes(), details);
        Long messages = link.getAttributes().get(Keys.LINK_MESSAGE_COUNT);
        if (messages != null) {
            details.add("for " + Text.count(messages, "message"));
        }
        return details.isEmpty() ? "" : " (" + String.join(", ", details) + ")";
    }

    private static void addDetails(Attributes attributes, List<String> details) {
        add(attributes.get(Keys.SYSTEM), "", details);
        add(attributes.get(Keys.GROUP), "group ", details);
        Long messages = attributes.get(Keys.BATCH_COUNT);
        if (messages != null) {
            details.add(Text.count(messages, "message"));
        }
        add(attributes.get(Keys.PARTITION), "partition ", details);
        add(attributes.get(Keys.KAFKA_OFFSET), "offset ", details);
        add(attributes.get(Keys.MESSAGE_ID), "id ", details);
        add(attributes.get(Keys.DELIVERY_COUNT), "delivery ", details);
    }

    private static void add(@Nullable Object value, String what, List<String> details) {
        if (value != null) {
            details.add(what + Text.line(value.toString(), MAX_VALUE));
        }
    }

    private String error(SpanNode node) {
        if (node.data.getStatus().getStatusCode() != StatusCode.ERROR) {
            return "";
        }
        String type = orEmpty(node.data.getAttributes().get(Keys.ERROR_TYPE));
        String message = orEmpty(node.data.getStatus().getDescription());
        String told = type.isEmpty() || message.isEmpty() ? type + message : type + ": " + message;
        return ink.alarm("  ERROR" + (told.isEmpty() ? "" : " " + Text.line(told, MAX_MESSAGE)));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
