package dev.linkspan.toy;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import java.util.List;

/** The door: wraps clients, and gives the tracer over their messages. */
final class ToyTelemetry {

    private static final ToyAdapter ADAPTER = new ToyAdapter();

    private final MessageSender<ToyMessage, ToyHeaders> sender;
    private final MessageTracer<ToyMessage> tracer;

    ToyTelemetry(MessagingTelemetry messaging) {
        sender = messaging.sender(ADAPTER, ClientFacts.NONE);
        tracer = messaging.tracer(ADAPTER, ClientFacts.NONE, false);
    }

    ToyClient wrap(ToyClient client) {
        return new Traced(client);
    }

    MessageTracer<ToyMessage> messages() {
        return tracer;
    }

    private final class Traced implements ToyClient {
        private final ToyClient client;

        Traced(ToyClient client) {
            this.client = client;
        }

        @Override
        public void send(ToyMessage message) {
            MessageSpan span = sender.start(message);
            ToyHeaders headers = message.headers().copy();
            ToyMessage outgoing = sender.inject(span, headers) ? message.with(headers) : message;
            run(span, () -> client.send(outgoing));
        }

        @Override
        public List<ToyMessage> receive(String queue, int max) {
            long start = System.nanoTime();
            List<ToyMessage> received;
            try {
                received = client.receive(queue, max);
            } catch (Throwable t) {
                tracer.receiveFailed(t, start);
                throw t;
            }
            tracer.received(received, start);
            return received;
        }

        @Override
        public void ack(ToyMessage message) {
            run(tracer.startSettle("ack", message), () -> client.ack(message));
        }

        @Override
        public void giveBack(ToyMessage message) {
            run(tracer.startSettle("give-back", message), () -> client.giveBack(message));
        }

        private static void run(MessageSpan span, Runnable call) {
            try (Scope scope = span.makeCurrent()) {
                call.run();
            } catch (Throwable t) {
                span.error(t);
                throw t;
            } finally {
                span.close();
            }
        }
    }
}
