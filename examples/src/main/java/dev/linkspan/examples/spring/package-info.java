/** Spring Kafka, traced: classes to copy. What they do is in {@code docs/SPRING_KAFKA.md}. */
package dev.linkspan.examples.spring;
