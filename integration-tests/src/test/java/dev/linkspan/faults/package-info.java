/**
 * Ways in which telemetry, the application or a message can be broken, and what must hold all the same. A {@link
 * dev.linkspan.faults.Fault} runs one application three times: bare, with Linkspan, and with the tracing that one writes
 * by hand, which must fail, or the test could not see the fault.
 */
@NullMarked
package dev.linkspan.faults;

import org.jspecify.annotations.NullMarked;
