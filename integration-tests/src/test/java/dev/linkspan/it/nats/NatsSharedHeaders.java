package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.linkspan.faults.Application;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.Telemetry;
import dev.linkspan.faults.Tracing;
import dev.linkspan.faults.Wrapping;
import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An application of core NATS that publishes headers and a body: the headers may be one object for all. */
final class NatsSharedHeaders extends Application<Headers, Message> {

    private static final Duration FLUSH_WITHIN = Duration.ofSeconds(30);
    /** All has arrived at the server before the first is asked for. */
    private static final Duration NO_MORE_AFTER = Duration.ofSeconds(2);

    private final NatsTelemetry nats;
    private final Tracing<Headers> tracing;
    private final String subject;
    private final Connection sending;
    private final Subscription arriving;
    private int received;

    NatsSharedHeaders(NatsClients clients, Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry)
            throws Exception {
        super(fault, seen);
        this.nats = NatsTelemetry.create(telemetry.openTelemetry());
        this.tracing = NatsFaults.tracing(wrapping, telemetry);
        this.subject = clients.uniqueName();
        Connection receiving = clients.connection();
        this.arriving = (tracing.wraps() ? nats.wrap(receiving) : receiving).subscribe(subject);
        receiving.flush(FLUSH_WITHIN);
        Connection bare = clients.connection();
        this.sending = tracing.wraps() ? nats.wrap(bare) : bare;
    }

    @Override
    protected Headers outgoing(int id, List<Header> headers) {
        Headers own = new Headers();
        headers.forEach(header -> own.add(header.name(), new String(header.value(), US_ASCII)));
        return own;
    }

    @Override
    protected String describe(Headers headers) {
        Map<String, List<String>> all = new TreeMap<>();
        headers.forEach((name, values) -> all.put(name, List.copyOf(values)));
        return all.toString();
    }

    @Override
    protected void send(Headers headers, int id) {
        Runnable over = sending(tracing, headers);
        sending.publish(subject, headers, Integer.toString(id).getBytes(US_ASCII));
        over.run();
    }

    @Override
    protected @Nullable Throwable awaitAnswers() {
        try {
            sending.flush(FLUSH_WITHIN);
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    @Override
    protected List<Message> poll() throws Exception {
        Message message = arriving.nextMessage(NO_MORE_AFTER);
        return message == null ? List.of() : List.of(message);
    }

    @Override
    protected void consume(List<Message> messages) {
        for (Message message : messages) {
            int id = NatsFaults.id(message);
            seen.onWire(received++, NatsFaults.headers(message));
            seen.call(
                    "process " + id,
                    () -> tracing.process(nats.messages(), message, NatsFaults.of(message), m -> handle(id)));
        }
    }
}
