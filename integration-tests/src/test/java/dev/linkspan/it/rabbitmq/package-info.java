/** Scenarios on a real RabbitMQ broker. */
@NullMarked
package dev.linkspan.it.rabbitmq;

import org.jspecify.annotations.NullMarked;
