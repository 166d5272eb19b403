package dev.linkspan.testing;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong.
 *
 * @param problem what kind of thing, the same for all of its kind
 * @param advice what to do about it
 * @param span where; null if it is nowhere, because something is missing altogether
 * @param detail what this one is about; may be empty
 * @param note what the drawing says at the span; null for the detail
 * @param related another span that the drawing should show; null if none
 */
record Finding(
        String problem,
        String advice,
        @Nullable SpanNode span,
        String detail,
        @Nullable String note,
        @Nullable SpanNode related) {

    static Finding at(SpanNode span, String problem, String detail, String advice) {
        return new Finding(problem, advice, span, detail, null, null);
    }

    static Finding missing(String problem, String detail, String advice) {
        return new Finding(problem, advice, null, detail, null, null);
    }

    Finding note(String text) {
        return new Finding(problem, advice, span, detail, text, related);
    }

    Finding with(@Nullable SpanNode other) {
        return new Finding(problem, advice, span, detail, note, other);
    }
}
