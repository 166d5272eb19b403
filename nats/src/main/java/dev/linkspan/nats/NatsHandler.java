package dev.linkspan.nats;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessageTracer;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import org.jspecify.annotations.Nullable;

/**
 * The application's handler inside a process span, on the dispatcher's thread. It gets the client's own message: settling a
 * copy would do nothing.
 */
final class NatsHandler implements MessageHandler {

    private final MessageHandler handler;
    private final NatsClient client;
    /** Made once, not for each message. */
    private final dev.linkspan.propagation.MessageHandler<Message, InterruptedException> traced;

    private NatsHandler(MessageHandler handler, NatsClient client) {
        this.handler = handler;
        this.client = client;
        this.traced = handler::onMessage;
    }

    /** Null stays null: what that means is the client's to say. */
    static @Nullable MessageHandler of(@Nullable MessageHandler handler, NatsClient client) {
        return handler == null ? null : new NatsHandler(handler, client);
    }

    /** The client knows no dispatchers but its own. */
    static @Nullable Dispatcher unwrap(@Nullable Dispatcher dispatcher) {
        return dispatcher == null ? null : ClientProxy.unwrap(dispatcher);
    }

    @Override
    public void onMessage(Message message) throws InterruptedException {
        MessageTracer<Message> tracer = client.pushed();
        if (handler instanceof HandOff) {
            tracer.delivered(message);
            handler.onMessage(message);
        } else {
            tracer.process(message, traced);
        }
    }

    /** A handler that only hands messages to something else. */
    static final class HandOff implements MessageHandler {

        private final MessageHandler handler;

        HandOff(MessageHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onMessage(Message message) throws InterruptedException {
            handler.onMessage(message);
        }
    }
}
