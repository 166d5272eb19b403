package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Headers that break who writes them, or who reads them. */
@Tag("faults")
@ExtendWith(NatsExtension.class)
class NatsHeadersFaultIT {

    private static final int THREADS = 8;
    private static final int EACH = 2_500;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

    @Test
    void f31_headers_that_many_threads_publish_again_and_again_stay_as_they_were(NatsClients nats) {
        FaultResult result = Fault.of("F31", "one Headers object, 8 threads")
                .sameMessageFrom(THREADS)
                .messages(EACH)
                .controlMessages(50)
                .control(Invariant.I6)
                .on(
                        NatsFaults.WHERE,
                        (wrapping, fault, seen, telemetry) ->
                                new NatsSharedHeaders(nats, wrapping, fault, seen, telemetry));

        int all = THREADS * EACH;
        assertThat(result.bare().handledCount()).isEqualTo(all);
        assertThat(result.linkspan().wire().values().stream()
                        .map(headers -> headers.toString().startsWith("[tenant=blue, traceparent=") ? headers.toString() : "")
                        .distinct())
                .as("contexts")
                .hasSize(all);
        result.figure("%,d of %,d arrive with a context of their own, the object unchanged", all, all);
    }

    /** No wrapper can help: the client throws before anybody is asked. Should this fail, the client was mended. */
    @Test
    void f31_header_that_is_not_ascii_ends_the_clients_reading_as_it_does_without_tracing(NatsClients nats) {
        FaultResult result =
                Fault.of("F31", "poison from a raw socket").run(NatsFaults.WHERE, run -> {
                    NatsRun application = new NatsRun(run, nats);
                    Connection connection = application.connection();
                    String subject = nats.uniqueName();
                    Subscription subscription = connection.subscribe(subject);
                    connection.flush(PATIENCE);
                    publishRaw(nats.url(), subject, "traceparent: 00-abc", 0);
                    publishRaw(nats.url(), subject, "traceparent: \u00ff", 1);
                    Message first = subscription.nextMessage(PATIENCE);
                    application.process(first, () -> {});
                    run.seen().called("read " + NatsFaults.id(first));
                    try {
                        connection.flush(ANSWER_WITHIN);
                        run.seen().called("still reads");
                    } catch (TimeoutException e) {
                        run.seen().called("reads no more");
                    }
                    run.seen().called("status " + connection.getStatus());
                    run.seen().called("there: " + subscription.getPendingMessageCount());
                    assertThat(run.seen().calls())
                            .as("what the client does about it")
                            .containsExactly("read 0", "reads no more", "status CONNECTED", "there: 0");
                });
        result.figure("a header that is not ASCII stops the client's reader, bare as wrapped; see nats/README.md");
    }

    /** As no client of NATS would do it. */
    private static void publishRaw(String url, String subject, String header, int id) throws IOException {
        URI server = URI.create(url);
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            BufferedReader answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            assertThat(answers.readLine()).startsWith("INFO ");
            String headers = "NATS/1.0\r\n" + header + "\r\n\r\n";
            String body = Integer.toString(id);
            OutputStream out = socket.getOutputStream();
            out.write(("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\nHPUB " + subject + " "
                            + headers.length() + " " + (headers.length() + body.length()) + "\r\n" + headers + body
                            + "\r\nPING\r\n")
                    .getBytes(ISO_8859_1));
            out.flush();
            assertThat(answers.readLine()).isEqualTo("PONG");
        }
    }
}
