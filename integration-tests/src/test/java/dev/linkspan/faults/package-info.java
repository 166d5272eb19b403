/** What must hold when things fail, through the public API alone: one class a fault or a family of faults. */
@NullMarked
package dev.linkspan.faults;

import org.jspecify.annotations.NullMarked;
