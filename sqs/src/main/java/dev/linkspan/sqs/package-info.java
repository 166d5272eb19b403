/**
 * Carries trace context through SQS messages. Start at {@code SqsTelemetry}; in a Lambda function, at
 * {@code SqsLambdaTelemetry}.
 */
@NullMarked
package dev.linkspan.sqs;

import org.jspecify.annotations.NullMarked;
