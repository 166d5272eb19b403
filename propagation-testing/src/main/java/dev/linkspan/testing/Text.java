package dev.linkspan.testing;

import java.util.List;
import java.util.Locale;

/** Words for messages. */
final class Text {

    private Text() {}

    /** On one line and not too long: names and values come from outside, and could move the cursor of a terminal. */
    static String line(String text, int maxLength) {
        boolean cut = text.length() > maxLength;
        StringBuilder line = new StringBuilder(Math.min(text.length(), maxLength) + 3);
        int end = cut ? maxLength : text.length();
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c);
        }
        return cut ? line.append("...").toString() : line.toString();
    }

    static String count(long count, String noun) {
        return number(count) + " " + (count == 1 ? noun : noun + "s");
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Enough of an id to find it, as with commits. */
    static String shortId(String id) {
        return id.length() > 8 ? id.substring(0, 8) : id;
    }

    /** The first ten. */
    static String some(List<?> things) {
        List<String> told = things.stream().limit(10).map(Object::toString).toList();
        return String.join(", ", told) + (things.size() > 10 ? " and " + number(things.size() - 10) + " more" : "");
    }

    /** Lines of 100 characters at most, unless a word is longer; all but the first one indented. */
    static String wrap(String text, String indent) {
        StringBuilder wrapped = new StringBuilder(text.length() + 16);
        int start = 0;
        String before = "";
        while (text.length() - start > 100 - before.length()) {
            int space = text.lastIndexOf(' ', start + 100 - before.length());
            if (space <= start + indent.length()) {
                break;
            }
            wrapped.append(before).append(text, start, space).append('\n');
            start = space + 1;
            before = indent;
        }
        return wrapped.append(before).append(text, start, text.length()).toString();
    }

    static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
