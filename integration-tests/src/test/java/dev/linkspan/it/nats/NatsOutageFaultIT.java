package dev.linkspan.it.nats;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server that is killed, and one that is not there. */
@Tag("faults")
@Timeout(180)
class NatsOutageFaultIT {

    private static final int MESSAGES = 200;
    private static final int KILLED_AT = 70;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ACK_WITHIN = Duration.ofMillis(500);
    private static final int TRIES = 5;

    @Test
    void f17_server_that_is_killed_in_the_middle_of_a_batch_costs_nothing_that_it_acknowledged() {
        try (NatsServer server = NatsServer.BROKERS.start();
                NatsClients nats = new NatsClients(server, "NatsOutageFaultIT-killed")) {
            FaultResult result =
                    Fault.of("F17", "server killed").control(Invariant.I4).run(NatsFaults.WHERE, run -> {
                        outage(run, server, nats);
                    });

            assertThat(result.bare().handledCount()).isEqualTo(2 * MESSAGES);
            result.figure("%d acknowledged over a kill and all there, once each", 2 * MESSAGES);
        }
    }

    private static void outage(Fault.Run run, NatsServer server, NatsClients nats) throws Throwable {
        NatsRun application = new NatsRun(run, nats);
        Connection connection = application.connection();
        JetStream jetStream = connection.jetStream();
        String subject = nats.uniqueName();
        String stream = nats.stream(subject);
        for (int id = 0; id < MESSAGES; id++) {
            application.send(jetStream, subject, id);
        }
        JetStreamSubscription subscription = jetStream.subscribe(
                subject, PullSubscribeOptions.builder().durable("batch").build());
        List<Message> batch = subscription.fetch(MESSAGES, PATIENCE);
        assertThat(batch).hasSize(MESSAGES);
        for (Message message : batch) {
            int id = NatsFaults.id(message);
            application.process(message, () -> {
                if (id == KILLED_AT) {
                    server.kill();
                    run.seen().raise("process " + id, () -> message.ackSync(ACK_WITHIN));
                }
            });
        }
        server.restart();
        // by itself
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> connection
                                .jetStreamManagement()
                                .getStreamInfo(stream)
                                .getStreamState()
                                .getMsgCount()
                        == MESSAGES);
        for (int id = MESSAGES; id < 2 * MESSAGES; id++) {
            application.send(jetStream, subject, id);
        }
        JetStreamSubscription all = nats.connection()
                .jetStream()
                .subscribe(subject, PushSubscribeOptions.builder().ordered(true).build());
        for (int id = 0; id < 2 * MESSAGES; id++) {
            int there = NatsFaults.id(all.nextMessage(PATIENCE));
            if (there >= MESSAGES) {
                run.seen().call("read " + there, () -> run.seen().handle(there, () -> {}));
            }
        }
    }

    @Test
    @ExtendWith(NatsExtension.class)
    void f18_server_that_cannot_be_reached_fails_a_send_as_it_does_without_tracing(NatsClients nats)
            throws IOException {
        String nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = "nats://localhost:" + free.getLocalPort();
        }
        FaultResult result = Fault.of("F18", "server unreachable")
                .control(Invariant.I4)
                .run(NatsFaults.WHERE, run -> unreachable(run, nats, nobody));

        assertThat(result.linkspan().spans().all())
                .hasSize(2 * TRIES)
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
        result.figure("failed by the same exceptions as bare; %d spans with an error", 2 * TRIES);
    }

    private static void unreachable(Fault.Run run, NatsClients nats, String nobody) throws Throwable {
        NatsRun application = new NatsRun(run, nats);
        application.failing("connect", () -> Nats.connect(nobody));
        Connection connection = application.connection();
        JetStream jetStream = connection.jetStream();
        connection.close();
        for (int i = 0; i < TRIES; i++) {
            int id = i;
            application.failing("send " + i, () -> application.send(jetStream, "nowhere", id));
            application.failing("send later " + i, () -> application
                    .sendAsync(jetStream, "nowhere", id)
                    .get(1, SECONDS));
        }
    }
}
