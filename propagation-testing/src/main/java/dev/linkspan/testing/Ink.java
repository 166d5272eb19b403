package dev.linkspan.testing;

import java.nio.charset.Charset;

/** The strokes of a drawing, and its colors if it has any. */
record Ink(boolean ascii, boolean colored) {

    private static final String BOX_DRAWING = "└├│─╌→✗";

    /** Only what the console of this machine can show: {@code LANG=C} turns all else into question marks. */
    static Ink forConsole() {
        String forced = System.getProperty("linkspan.ascii");
        if (forced != null) {
            return new Ink(Boolean.parseBoolean(forced), false);
        }
        String encoding = System.getProperty("stdout.encoding", System.getProperty("native.encoding", "UTF-8"));
        boolean ascii;
        try {
            ascii = !Charset.forName(encoding).newEncoder().canEncode(BOX_DRAWING);
        } catch (IllegalArgumentException | UnsupportedOperationException unknownEncoding) {
            ascii = true;
        }
        return new Ink(ascii, false);
    }

    String branch(boolean last) {
        return ascii ? last ? "`- " : "|- " : last ? "└─ " : "├─ ";
    }

    String trunk(boolean last) {
        return last ? "   " : ascii ? "|  " : "│  ";
    }

    String link(boolean last) {
        return ascii ? last ? "`..> " : "|..> " : last ? "└╌→ " : "├╌→ ";
    }

    String more(boolean last) {
        return ascii ? last ? "`..  " : "|..  " : last ? "└╌╌ " : "├╌╌ ";
    }

    String wrong(boolean last) {
        return paint(ascii ? last ? "`..X " : "|..X " : last ? "└╌✗ " : "├╌✗ ", "31");
    }

    String label(String text) {
        return paint(text, "36");
    }

    String strong(String text) {
        return paint(text, "1");
    }

    String faint(String text) {
        return paint(text, "2");
    }

    String alarm(String text) {
        return paint(text, "31");
    }

    private String paint(String text, String code) {
        return colored ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
