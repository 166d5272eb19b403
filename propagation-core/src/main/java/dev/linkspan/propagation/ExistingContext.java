package dev.linkspan.propagation;

/**
 * What happens to a trace context that a message already carries when it is sent (messaging conventions v1.44.0,
 * "Producer spans").
 */
public enum ExistingContext {
    /**
     * The default: a deliberate context is kept, any other is replaced. Deliberate is a context that Linkspan's own
     * {@code create} put there, or the current span's own. A created context is known to the {@code MessagingTelemetry} that
     * made it, for one send, and while fewer than 10,000 others were made: an outbox that is sent by another process, or
     * much later, wants {@link #KEEP}. Everything else was copied along with a forwarded message's
     * headers and is stale: the message gets the send span's context, and the send span links to the context that was
     * replaced, so that no hop is lost.
     */
    REPLACE_STALE,
    /**
     * Always kept: the send span is of kind CLIENT and links to it. For bridges and mirrors that must not show up as a
     * hop of their own. A malformed context is replaced all the same.
     */
    KEEP,
    /** Always replaced; the send span links to what was replaced. */
    REPLACE
}
