package dev.linkspan.it.nats;

import dev.linkspan.faults.ClientRun;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Observation;
import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.Message;
import io.nats.client.Options;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What an application does to be traced, or not, where it is too unlike {@link NatsApplication}. */
final class NatsRun extends ClientRun<Message, Headers> {

    private final NatsClients clients;
    private final NatsTelemetry nats;

    NatsRun(Fault.Run run, NatsClients clients) {
        super(run, NatsFaults.tracing(run.wrapping(), run.telemetry()));
        this.clients = clients;
        this.nats = NatsTelemetry.create(run.telemetry().openTelemetry());
    }

    @Override
    protected int id(Message message) {
        return NatsFaults.id(message);
    }

    @Override
    protected Headers headers(Message message) {
        return NatsFaults.of(message);
    }

    NatsTelemetry telemetry() {
        return nats;
    }

    /** Wrapped, if this run is. */
    Connection connection() {
        return connection(clients.options());
    }

    Connection connection(Options.Builder options) {
        Connection connection = NatsFaults.recorded(clients.connection(options), seen());
        return tracing().wraps() ? nats.wrap(connection) : connection;
    }

    /** To a stream, and waits until that has it. */
    void send(JetStream jetStream, String subject, int id) throws Exception {
        Message message = NatsFaults.message(subject, id, List.of());
        Runnable over = tracing().sending(message.getHeaders());
        jetStream.publish(message);
        over.run();
        seen().acknowledged(id);
    }

    /** To a stream. */
    CompletableFuture<PublishAck> sendAsync(JetStream jetStream, String subject, int id) {
        Message message = NatsFaults.message(subject, id, List.of());
        Runnable over = tracing().sending(message.getHeaders());
        CompletableFuture<PublishAck> answer = jetStream.publishAsync(message);
        answer.whenComplete((ack, failure) -> over.run());
        return answer;
    }

    /** Runs the handler of what was pulled. Returns whether it threw nothing. */
    boolean process(Message message, Observation.Step handler) {
        return process(nats.messages(), message, handler);
    }
}
