package dev.linkspan.benchmarks;

/** Who traces, in the way that each of them documents. */
public enum Library {
    /** Nobody. */
    BARE,
    /** The application, with OpenTelemetry's interface: {@link HandWritten}. */
    HAND_WRITTEN,
    /** Nothing but what none can do without: {@link KafkaLeast}. */
    LEAST,
    LINKSPAN,
    /** OpenTelemetry's own library for this client, if there is one. */
    OPENTELEMETRY,
    /** With Zipkin's headers, as is its default. */
    BRAVE
}
