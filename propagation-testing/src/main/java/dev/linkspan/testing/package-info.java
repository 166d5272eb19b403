/**
 * Assertions and contract tests for trace context that travels through message queues. Start with
 * {@link dev.linkspan.testing.LinkspanAssertions}; for a broker of your own, with {@link
 * dev.linkspan.testing.PropagationContract}.
 */
@NullMarked
package dev.linkspan.testing;

import org.jspecify.annotations.NullMarked;
