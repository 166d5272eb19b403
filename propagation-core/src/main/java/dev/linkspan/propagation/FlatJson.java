package dev.linkspan.propagation;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** As much JSON as a stored context needs: one object with texts. Other values are skipped over, within bounds. */
final class FlatJson {

    private static final int MAX_LENGTH = 32_768;
    private static final int MAX_DEPTH = 32;

    private final String json;
    private int at;

    private FlatJson(String json) {
        this.json = json;
    }

    static Map<String, Object> texts(@Nullable String json) {
        Map<String, Object> texts = new HashMap<>();
        if (json != null && json.length() <= MAX_LENGTH && !new FlatJson(json).readObject(texts)) {
            texts.clear();
        }
        return texts;
    }

    static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    /** Whether the whole text is one object. */
    private boolean readObject(Map<String, Object> texts) {
        if (!take('{')) {
            return false;
        }
        if (take('}')) {
            return atEnd();
        }
        do {
            String name = string();
            if (name == null || !take(':')) {
                return false;
            }
            if (peek() == '"') {
                String value = string();
                if (value == null) {
                    return false;
                }
                texts.put(name, value);
            } else if (!skipValue(0)) {
                return false;
            }
        } while (take(','));
        return take('}') && atEnd();
    }

    private boolean skipValue(int depth) {
        char c = peek();
        if (c == '"') {
            return string() != null;
        }
        if (c != '{' && c != '[') {
            return skipScalar();
        }
        if (depth == MAX_DEPTH) {
            return false;
        }
        char close = c == '{' ? '}' : ']';
        at++;
        if (take(close)) {
            return true;
        }
        do {
            if (c == '{' && (string() == null || !take(':'))) {
                return false;
            }
            if (!skipValue(depth + 1)) {
                return false;
            }
        } while (take(','));
        return take(close);
    }

    private boolean skipScalar() {
        int start = at;
        while (at < json.length()
                && ("+-.".indexOf(json.charAt(at)) >= 0 || Character.isLetterOrDigit(json.charAt(at)))) {
            at++;
        }
        return at > start;
    }

    private @Nullable String string() {
        if (!take('"')) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        while (at < json.length()) {
            char c = json.charAt(at++);
            if (c == '"') {
                return text.toString();
            }
            if (c != '\\') {
                text.append(c);
            } else if (!escape(text)) {
                return null;
            }
        }
        return null;
    }

    private boolean escape(StringBuilder text) {
        if (at >= json.length()) {
            return false;
        }
        char c = json.charAt(at++);
        switch (c) {
            case '"', '\\', '/' -> text.append(c);
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++, at++) {
                    int digit = at < json.length() ? hexDigit(json.charAt(at)) : -1;
                    if (digit < 0) {
                        return false;
                    }
                    code = code * 16 + digit;
                }
                text.append((char) code);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int hexDigit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private char peek() {
        while (at < json.length() && Character.isWhitespace(json.charAt(at))) {
            at++;
        }
        return at < json.length() ? json.charAt(at) : 0;
    }

    private boolean take(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private boolean atEnd() {
        return peek() == 0 && at == json.length();
    }
}
