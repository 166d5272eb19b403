/** Scenarios on a real Kafka broker. */
@NullMarked
package dev.linkspan.it.kafka;

import org.jspecify.annotations.NullMarked;
