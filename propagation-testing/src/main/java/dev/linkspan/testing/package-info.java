/**
 * Assertions and contract tests for trace context that travels through message queues.
 */
@NullMarked
package dev.linkspan.testing;

import org.jspecify.annotations.NullMarked;
