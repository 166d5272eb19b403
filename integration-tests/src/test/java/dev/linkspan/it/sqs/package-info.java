/** Scenarios on a real SQS broker. */
@NullMarked
package dev.linkspan.it.sqs;

import org.jspecify.annotations.NullMarked;
