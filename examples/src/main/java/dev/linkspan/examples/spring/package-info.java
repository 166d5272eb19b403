/** Spring Kafka and Spring AMQP, traced: classes to copy. What those of Kafka do is in {@code docs/SPRING_KAFKA.md}. */
package dev.linkspan.examples.spring;
