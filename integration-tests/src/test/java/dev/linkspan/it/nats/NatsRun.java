package dev.linkspan.it.nats;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.Tracing;
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
final class NatsRun {

    private final Fault.Run run;
    private final NatsClients clients;
    private final NatsTelemetry nats;
    private final Tracing<Headers> tracing;

    NatsRun(Fault.Run run, NatsClients clients) {
        this.run = run;
        this.clients = clients;
        this.nats = NatsTelemetry.create(run.telemetry().openTelemetry());
        this.tracing = NatsFaults.tracing(run.wrapping(), run.telemetry());
    }

    Fault.Run run() {
        return run;
    }

    NatsTelemetry telemetry() {
        return nats;
    }

    Tracing<Headers> tracing() {
        return tracing;
    }

    /** Wrapped, if this run is. */
    Connection connection() {
        return connection(clients.options());
    }

    Connection connection(Options.Builder options) {
        Connection connection = NatsFaults.recorded(clients.connection(options), run.seen());
        return tracing.wraps() ? nats.wrap(connection) : connection;
    }

    /** To a stream, and waits until that has it. */
    void send(JetStream jetStream, String subject, int id) throws Exception {
        Message message = NatsFaults.message(subject, id, List.of());
        Runnable over = tracing.sending(message.getHeaders());
        jetStream.publish(message);
        over.run();
        run.seen().acknowledged(id);
    }

    /** To a stream. */
    CompletableFuture<PublishAck> sendAsync(JetStream jetStream, String subject, int id) {
        Message message = NatsFaults.message(subject, id, List.of());
        Runnable over = tracing.sending(message.getHeaders());
        CompletableFuture<PublishAck> answer = jetStream.publishAsync(message);
        answer.whenComplete((ack, failure) -> over.run());
        return answer;
    }

    /** Runs the handler of what was pulled. Returns whether it threw nothing. */
    boolean process(Message message, Observation.Step handler) {
        int id = NatsFaults.id(message);
        return run.seen()
                .call(
                        "process " + id,
                        () -> tracing.process(
                                nats.messages(),
                                message,
                                NatsFaults.of(message),
                                m -> run.seen().handle(id, handler)));
    }

    /** A call that the client refuses; the way in which it does is told. */
    void failing(String place, Observation.Step call) {
        run.seen().call(place, () -> run.seen().raise(place, () -> {
            try {
                call.run();
            } catch (Throwable t) {
                run.seen().called(place + " failed by " + t.getClass());
                throw t;
            }
        }));
    }
}
