package dev.linkspan.propagation;

/**
 * How a process span relates to the producer of its message. In each case the span carries a link to the creation
 * context that the message brought (messaging conventions v1.44.0, "Consumer spans").
 */
public enum Relation {
    /**
     * The default: the parent is the span that is current on the thread; where none is, the span is the root of a new
     * trace. The producer is never the parent.
     */
    LINK,
    /**
     * The span is always the root of a new trace, and the span that is current becomes its last link. For loops that
     * run inside a long-lived span, whose trace would otherwise grow without end.
     */
    LINK_NEW_ROOT,
    /**
     * The producer is the parent, the link stays, and the span that is current becomes a further link. Only for single
     * messages whose sender waits for the reply: elsewhere the producer's trace lasts as long as the message was
     * queued. Batches treat it as {@link #LINK}, as do messages without a context and messages that are not trusted.
     */
    PARENT
}
