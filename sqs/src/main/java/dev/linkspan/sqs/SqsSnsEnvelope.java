package dev.linkspan.sqs;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the attributes that SNS puts into the body of what it delivers to a queue, unless delivery is raw:
 * {@code {"Type":"Notification", …, "MessageAttributes":{"traceparent":{"Type":"String","Value":"…"}}}}. Within bounds, once
 * over the text, and never throws for what it finds there.
 */
final class SqsSnsEnvelope {

    /** What SQS allows; what is longer did not come from there. */
    private static final int MAX_BODY = 1_048_576;

    private static final int MAX_ATTRIBUTES = 64;
    private static final int MAX_VALUE = 8_193;

    private final String body;
    private int at;

    private SqsSnsEnvelope(String body) {
        this.body = body;
    }

    /** The attributes that are text, by their names; empty if the body is no envelope. */
    static Map<String, String> attributes(@Nullable String body) {
        if (body == null || body.length() > MAX_BODY || !body.startsWith("{")) {
            return Map.of();
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        new SqsSnsEnvelope(body).readEnvelope(attributes);
        return attributes;
    }

    /** @return whether all of it was well-formed */
    private boolean readEnvelope(Map<String, String> attributes) {
        return readObject(name -> name.equals("MessageAttributes") ? readAttributes(attributes) : skipValue());
    }

    private boolean readAttributes(Map<String, String> attributes) {
        return readObject(name -> {
            String[] typeAndValue = new String[2];
            boolean read = readObject(field -> {
                int index = field.equals("Type") ? 0 : field.equals("Value") ? 1 : -1;
                if (index < 0 || !isNext('"')) {
                    return skipValue();
                }
                typeAndValue[index] = readText();
                return typeAndValue[index] != null;
            });
            if ("String".equals(typeAndValue[0]) && typeAndValue[1] != null && attributes.size() < MAX_ATTRIBUTES) {
                attributes.put(name, typeAndValue[1]);
            }
            return read;
        });
    }

    /** What to do with the value behind a name. */
    private interface Member {
        boolean read(String name);
    }

    private boolean readObject(Member member) {
        if (!take('{')) {
            return false;
        }
        if (take('}')) {
            return true;
        }
        do {
            String name = isNext('"') ? readText() : null;
            if (name == null || !take(':') || !member.read(name)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    /** A value of any kind, however deep: counts brackets instead of calling itself. */
    private boolean skipValue() {
        int depth = 0;
        skipBlanks();
        int start = at;
        while (at < body.length()) {
            char c = body.charAt(at);
            if (c == '"') {
                if (readText() == null) {
                    return false;
                }
            } else if (depth == 0 && (c == ',' || c == '}')) {
                return at > start;
            } else {
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                at++;
            }
        }
        return false;
    }

    /** The text at a quote, cut at what a field may have at most; null if it does not end. */
    private @Nullable String readText() {
        StringBuilder text = new StringBuilder();
        for (at++; at < body.length(); at++) {
            char c = body.charAt(at);
            if (c == '"') {
                at++;
                return text.toString();
            }
            if (c == '\\') {
                at++;
                c = at < body.length() ? unescaped() : c;
            }
            if (text.length() < MAX_VALUE) {
                text.append(c);
            }
        }
        return null;
    }

    private char unescaped() {
        char c = body.charAt(at);
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> c;
        };
    }

    private char hexadecimal() {
        int value = 0;
        for (int i = 1; i <= 4; i++) {
            int digit = at + i < body.length() ? Character.digit(body.charAt(at + i), 16) : -1;
            if (digit < 0) {
                return '\ufffd';
            }
            value = value * 16 + digit;
        }
        at += 4;
        return (char) value;
    }

    private boolean isNext(char c) {
        skipBlanks();
        return at < body.length() && body.charAt(at) == c;
    }

    private boolean take(char c) {
        boolean next = isNext(c);
        at += next ? 1 : 0;
        return next;
    }

    private void skipBlanks() {
        while (at < body.length() && " \t\r\n".indexOf(body.charAt(at)) >= 0) {
            at++;
        }
    }
}
