/** Kafka Streams, traced: classes to copy. What they do is in {@code docs/KAFKA_STREAMS.md}. */
package dev.linkspan.examples.streams;
