package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.MessageProperties;
import dev.linkspan.it.Work;
import dev.linkspan.it.Workers;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is killed while it gathers, in the middle of a batch: what it had not acknowledged comes again. */
@ExtendWith(RabbitMqExtension.class)
@Timeout(180)
class RabbitMqAccumulatorCrashIT {

    private static final int MESSAGES = 200;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "quorum"})
    void killed_in_the_middle_of_batches_it_acknowledges_nothing_unhandled_and_all_is_handled(
            String type, RabbitMqClients rabbitMq) throws Exception {
        String queue = rabbitMq.queue(Map.of("x-queue-type", type));
        Channel channel = rabbitMq.confirmingChannel();
        sendAll(channel, queue);
        Workers workers = new Workers(RabbitMqAccumulatorWorker.class, folder);
        String[] arguments = {rabbitMq.uri(), queue, Integer.toString(MESSAGES)};
        int acknowledged = 0;
        int handledButNotAcknowledged = 0;
        for (int stopAfter : new int[] {13, 27, 5, 31}) {
            workers.runAndKill(stopAfter, arguments);
            acknowledged = MESSAGES - givenBack(channel, queue);
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

    private static void sendAll(Channel bare, String queue) throws Exception {
        Channel channel = RabbitMqTelemetry.create(otel.openTelemetry()).wrap(bare);
        for (int i = 0; i < MESSAGES; i++) {
            AMQP.BasicProperties properties = MessageProperties.PERSISTENT_TEXT_PLAIN
                    .builder()
                    .messageId("message-" + i)
                    .build();
            channel.basicPublish(
                    "", queue, properties, (i % 10 == 7 ? Work.FAILS_AT_FIRST : "order " + i).getBytes(UTF_8));
        }
        channel.waitForConfirmsOrDie();
    }

    /** How many messages are in the queue, once the broker has seen that their consumer is no more. */
    private static int givenBack(Channel channel, String queue) throws IOException {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> channel.queueDeclarePassive(queue).getConsumerCount() == 0);
        return channel.queueDeclarePassive(queue).getMessageCount();
    }
}
