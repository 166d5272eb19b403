package dev.linkspan.it.nats;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.FailingBatches;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.Redeliveries;
import dev.linkspan.nats.NatsSettlement;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.AckType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages that come again, batches of which some fail, and connections that close under their users. */
@Tag("faults")
@ExtendWith(NatsExtension.class)
class NatsSettlingFaultIT {

    private static final int MESSAGES = 100;
    private static final int DELIVERIES = 3;
    private static final int BATCH = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A stream that has all messages, and a consumer of it. */
    private record Source(Connection connection, JetStream jetStream, JetStreamSubscription subscription) {

        static Source of(NatsRun application, NatsClients nats, int messages) throws Exception {
            Connection connection = application.connection();
            JetStream jetStream = connection.jetStream();
            String subject = nats.uniqueName();
            nats.stream(subject);
            for (int id = 0; id < messages; id++) {
                application.send(jetStream, subject, id);
            }
            return new Source(
                    connection,
                    jetStream,
                    jetStream.subscribe(
                            subject,
                            PullSubscribeOptions.builder().durable("reader").build()));
        }

        List<Message> next(int count) throws Exception {
            List<Message> messages = subscription.fetch(count, PATIENCE);
            assertThat(messages).hasSize(count);
            return messages;
        }
    }

    @Test
    void f19_message_that_is_nakd_twice_is_three_spans_linked_to_one_producer(NatsClients nats) {
        FaultResult result = Fault.of("F19", "nak'd twice")
                .control(Invariant.I4)
                .run(NatsFaults.WHERE, run -> {
                    NatsRun application = new NatsRun(run, nats);
                    Source source = Source.of(application, nats, MESSAGES);
                    for (int i = 0; i < MESSAGES * DELIVERIES; i++) {
                        Message message = source.next(1).get(0);
                        boolean handled = application.process(message, () -> {
                            if (message.metaData().deliveredCount() < DELIVERIES) {
                                throw new IllegalStateException("not yet");
                            }
                        });
                        if (handled) {
                            message.ack();
                        } else {
                            message.nak();
                        }
                    }
                });

        assertThat(result.bare().handledCount()).isEqualTo(MESSAGES * DELIVERIES);
        assertThat(Redeliveries.deliveryCounts(result, "publish")).containsExactly("1", "2", "3");
        result.figure("%d spans a message, linked to its producer, delivery count 1, 2, 3", DELIVERIES);
    }

    @Test
    void f23_failed_message_of_a_batch_comes_again_and_costs_the_others_nothing(NatsClients nats) {
        FaultResult result = Fault.of("F23", "1 of 10 fails")
                .control(Invariant.I4)
                .run(NatsFaults.WHERE, run -> {
                    NatsRun application = new NatsRun(run, nats);
                    handleAll(application, Source.of(application, nats, MESSAGES));
                });

        assertThat(result.bare().handledCount()).isEqualTo(MESSAGES + MESSAGES / BATCH);
        assertThat(result.linkspan().spans().named("process").stream().flatMap(span -> span.getEvents().stream()))
                .hasSize(MESSAGES / BATCH);
        result.figure("%d failed once, the same exception; as many naks, the others acked", MESSAGES / BATCH);
    }

    private static void handleAll(NatsRun application, Source source) throws Throwable {
        FailingBatches<Message> batches = new FailingBatches<>(
                application, application.telemetry().messages(), NatsSettlement.of(source.connection())::settle);
        Map<AckType, Integer> settled = new EnumMap<>(AckType.class);
        int succeeded = 0;
        while (succeeded < MESSAGES) {
            List<Message> batch = source.next(Math.min(BATCH, MESSAGES - succeeded));
            succeeded += batch.size() - batches.handle(batch);
            batch.forEach(message -> settled.merge(message.lastAck(), 1, Integer::sum));
        }
        // when what failed comes again is the server's affair
        application.seen().called("settled: " + settled);
    }

    @Test
    void f25_connection_that_is_closed_by_a_handler_leaves_no_span_open(NatsClients nats) {
        FaultResult result = Fault.of("F25", "closed by a handler, twice")
                .control(Invariant.I4)
                .run(NatsFaults.WHERE, run -> {
                    NatsRun application = new NatsRun(run, nats);
                    Source source = Source.of(application, nats, BATCH);
                    for (Message message : source.next(BATCH)) {
                        int id = NatsFaults.id(message);
                        application.process(message, () -> {
                            if (id == BATCH / 2) {
                                source.connection().close();
                                source.connection().close();
                            } else if (id > BATCH / 2) {
                                run.seen().raise("process " + id, () -> message.ackSync(PATIENCE));
                            }
                        });
                    }
                    application.failing("send", () -> application.send(source.jetStream(), "nowhere", -1));
                    application.failing("get", () -> source.subscription().fetch(1, PATIENCE));
                });
        result.figure("%d handlers, 4 of them after it was closed; failed as bare", BATCH);
    }

    /** How many of them the server has had by then is the network's affair. */
    @Test
    void f25_close_answers_what_is_in_flight(NatsClients nats) {
        FaultResult result = Fault.of("F25", "closed in flight").run(NatsFaults.WHERE, run -> {
            NatsRun application = new NatsRun(run, nats);
            Connection connection = application.connection();
            JetStream jetStream = connection.jetStream();
            String subject = nats.uniqueName();
            nats.stream(subject);
            List<CompletableFuture<PublishAck>> answers = new ArrayList<>();
            for (int i = 0; i < MESSAGES * BATCH; i++) {
                int id = i;
                run.seen().call("send " + i, () -> answers.add(application.sendAsync(jetStream, subject, id)));
            }
            connection.close();
            connection.close();
            Awaitility.await().atMost(30, SECONDS).until(() -> answers.stream().allMatch(CompletableFuture::isDone));
        });
        assertThat(result.linkspan().spans().named("publish")).hasSize(MESSAGES * BATCH);
        result.figure("%,d in flight, all answered, 0 spans open", MESSAGES * BATCH);
    }
}
