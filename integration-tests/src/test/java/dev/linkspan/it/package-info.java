/** Scenarios on real brokers; one subpackage a broker. */
@NullMarked
package dev.linkspan.it;

import org.jspecify.annotations.NullMarked;
