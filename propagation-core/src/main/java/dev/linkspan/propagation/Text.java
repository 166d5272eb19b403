package dev.linkspan.propagation;

/** Text measured and compared as message headers need it. */
final class Text {

    private Text() {}

    static int utf8Length(String text) {
        int length = text.length();
        int bytes = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // a surrogate counts 2, so that a pair makes 4
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }

    /** ASCII only: {@code equalsIgnoreCase} also folds U+017F to s and U+212A to k. */
    static boolean equalsIgnoringAsciiCase(String a, String b) {
        int length = a.length();
        if (length != b.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(a.charAt(i)) != lower(b.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static String asciiLowerCase(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (lower(text.charAt(i)) != text.charAt(i)) {
                char[] chars = text.toCharArray();
                for (int j = i; j < length; j++) {
                    chars[j] = lower(chars[j]);
                }
                return new String(chars);
            }
        }
        return text;
    }

    static boolean isPrintableAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 0x20 && c != '\t') || c > 0x7e) {
                return false;
            }
        }
        return true;
    }

    /** Cuts without leaving half a surrogate pair. */
    static String cut(String text, int maxLength) {
        if (text.length() <= maxLength) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
        return text.substring(0, end);
    }

    /** So much that one sees whether there is more, and that the rest costs nothing. */
    static String head(String text, int maxLength) {
        return text.length() > maxLength ? text.substring(0, maxLength + 1) : text;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
}
