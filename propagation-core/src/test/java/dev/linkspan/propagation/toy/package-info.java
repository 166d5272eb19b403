/**
 * A queue in memory on Linkspan's public API alone: what it takes to add a broker, and what the tests of core run on.
 */
@NullMarked
package dev.linkspan.propagation.toy;

import org.jspecify.annotations.NullMarked;
