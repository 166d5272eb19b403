/** Scenarios on a real NATS broker. */
@NullMarked
package dev.linkspan.it.nats;

import org.jspecify.annotations.NullMarked;
