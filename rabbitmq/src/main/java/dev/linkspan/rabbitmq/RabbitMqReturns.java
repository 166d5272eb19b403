package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ReturnListener;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;

/**
 * Tells, in the producer's trace, that a mandatory message came back. It runs on the connection's one thread, where what a
 * listener throws keeps the message from the listeners after it, and can close the channel.
 */
final class RabbitMqReturns implements ReturnListener {

    private final MessagingTelemetry telemetry;
    private final MessageTracer<Delivery> tracer;

    RabbitMqReturns(MessagingTelemetry telemetry) {
        this.telemetry = telemetry;
        this.tracer = telemetry.tracer(new RabbitMqDeliveryAdapter(null), ClientFacts.NONE, false);
    }

    @Override
    public void handleReturn(
            int replyCode,
            String replyText,
            String exchange,
            String routingKey,
            BasicProperties properties,
            byte[] body) {
        try {
            Delivery returned = new Delivery(new Envelope(0, false, exchange, routingKey), properties, body);
            SpanContext origin = tracer.origin(returned);
            if (!origin.isValid()) {
                return;
            }
            // the publish span has ended, but its trace goes on
            try (Scope scope = Context.current().with(Span.wrap(origin)).makeCurrent();
                    MessageSpan span = tracer.startSettle("return", returned)) {
                span.error(Integer.toString(replyCode), replyText);
            }
        } catch (Throwable t) {
            telemetry.suppressed("rabbitmq.return", t);
        }
    }
}
