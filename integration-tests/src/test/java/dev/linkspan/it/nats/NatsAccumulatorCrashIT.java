package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.it.Work;
import dev.linkspan.it.Workers;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it gathers, in the middle of a batch: what it had not acknowledged comes again. */
@ExtendWith(NatsExtension.class)
@Timeout(180)
class NatsAccumulatorCrashIT {

    private static final int MESSAGES = 200;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @TempDir
    Path folder;

    @Test
    void killed_in_the_middle_of_batches_it_acknowledges_nothing_unhandled_and_all_is_handled(NatsClients nats)
            throws Exception {
        String subject = nats.uniqueName();
        String stream = nats.stream(subject);
        Connection connection = NatsTelemetry.create(otel.openTelemetry()).wrap(nats.connection());
        sendAll(connection.jetStream(), subject);
        JetStreamManagement management = connection.jetStreamManagement();
        management.addOrUpdateConsumer(
                stream,
                ConsumerConfiguration.builder()
                        .durable("worker")
                        .deliverSubject(nats.uniqueName())
                        .maxAckPending(40)
                        .ackWait(Duration.ofSeconds(3))
                        .build());
        Workers workers = new Workers(NatsAccumulatorWorker.class, folder);
        String[] arguments = {nats.url(), stream, "worker", Integer.toString(MESSAGES)};
        int acknowledged = 0;
        int handledButNotAcknowledged = 0;
        for (int stopAfter : new int[] {13, 27, 5, 31}) {
            workers.runAndKill(stopAfter, arguments);
            acknowledged = MESSAGES - notAcknowledged(management, stream);
            int handled = workers.handled().size();
            assertThat(acknowledged).isLessThanOrEqualTo(handled);
            handledButNotAcknowledged += handled - acknowledged;
        }
        assertThat(handledButNotAcknowledged)
                .as("messages that were handled in batches whose process was killed")
                .isPositive();
        assertThat(acknowledged).as("messages of batches before those").isPositive();
        assertThat(workers.handled()).as("handled before the last start").hasSizeLessThan(MESSAGES);

        workers.runToTheEnd(arguments);

        assertThat(workers.handled()).as("handled at least once").hasSize(MESSAGES);
    }

    private static void sendAll(JetStream stream, String subject) throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            stream.publish(subject, (i % 10 == 7 ? Work.FAILS_AT_FIRST : "order " + i).getBytes(UTF_8));
        }
    }

    /** How many messages there still are for the consumer, once the server has seen that nobody listens to it. */
    private static int notAcknowledged(JetStreamManagement management, String stream) throws Exception {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !management.getConsumerInfo(stream, "worker").isPushBound());
        ConsumerInfo consumer = management.getConsumerInfo(stream, "worker");
        return (int) (consumer.getNumPending() + consumer.getNumAckPending());
    }
}
