/**
 * Real brokers for tests and the demo, each in a process of its own. Start with {@link
 * dev.linkspan.brokers.LocalBroker}.
 */
@NullMarked
package dev.linkspan.brokers;

import org.jspecify.annotations.NullMarked;
