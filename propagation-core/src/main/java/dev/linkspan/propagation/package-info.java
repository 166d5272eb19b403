/**
 * Spans, links, header carriers and policies: all that is the same for every broker.
 */
@NullMarked
package dev.linkspan.propagation;

import org.jspecify.annotations.NullMarked;
