package dev.linkspan.testing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the attributes of one span have names and types of the conventions. */
final class AttributeConventions {

    private final SpanNode span;
    private final boolean oldNames;
    private final List<Finding> findings;

    AttributeConventions(SpanNode span, boolean oldNames, List<Finding> findings) {
        this.span = span;
        this.oldNames = oldNames;
        this.findings = findings;
    }

    /** @param where ends the sentence, if it is not the span itself */
    void check(Attributes attributes, String where) {
        attributes.forEach((key, value) -> {
            String name = key.getKey();
            if (!ConventionTable.claims(name)) {
                return;
            }
            ConventionTable.Former deprecated = ConventionTable.former(name);
            if (deprecated != null) {
                checkDeprecated(key, value, deprecated, attributes, where);
                return;
            }
            AttributeType type = ConventionTable.type(name);
            if (type == null) {
                name = Text.line(name, 100);
                String nearest = ConventionTable.nearest(name);
                add(
                        "Attribute " + name + where + " is unknown",
                        "value " + Text.line(value.toString(), 60),
                        (nearest == null
                                        ? "use a name of the conventions"
                                        : "perhaps " + nearest + " was meant; else use a name of the conventions")
                                + ", or one outside messaging.*, such as your own prefix.");
            } else if (type != key.getType()) {
                add(
                        "Attribute " + name + where + " has the wrong type",
                        Text.lowerCase(key.getType()) + " " + Text.line(value.toString(), 60),
                        "it must be of type " + Text.lowerCase(type) + ".");
            }
        });
    }

    private void checkDeprecated(
            AttributeKey<?> key, Object value, ConventionTable.Former deprecated, Attributes attributes, String where) {
        String name = key.getKey();
        String heir = deprecated.heir();
        Object current = heir == null ? null : valueOf(attributes, heir);
        if (oldNames && (heir == null || (current != null && means(value, current)))) {
            return;
        }
        if (oldNames) {
            add(
                    "Deprecated attribute " + name + where + " stands alone",
                    current == null
                            ? heir + " is missing"
                            : heir + " has another value, " + Text.line(current.toString(), 60),
                    "write " + heir + " too, with the same value.");
            return;
        }
        add(
                "Attribute " + name + where + " is deprecated",
                "value " + Text.line(value.toString(), 60),
                heir == null ? "leave it out; nothing replaced it." : "write " + heir + " instead.");
    }

    static @Nullable Object valueOf(Attributes attributes, String name) {
        for (AttributeKey<?> key : attributes.asMap().keySet()) {
            if (key.getKey().equals(name)) {
                return attributes.get(key);
            }
        }
        return null;
    }

    /** Values were renamed too, and partitions changed their type. */
    private static boolean means(Object old, Object current) {
        String text = old.toString();
        return text.equals(current.toString()) || current.equals(ConventionTable.DEPRECATED_OPERATION_TYPES.get(text));
    }

    private void add(String problem, String detail, String advice) {
        findings.add(Conventions.finding(span, problem, detail, advice));
    }
}
