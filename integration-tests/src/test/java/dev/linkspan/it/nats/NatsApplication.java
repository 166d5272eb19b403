package dev.linkspan.it.nats;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.faults.Application;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.Telemetry;
import dev.linkspan.faults.Tracing;
import dev.linkspan.faults.Wrapping;
import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The fault tests' application on NATS. What it sends lies in one stream, from which a bare client takes it, as it is on the
 * wire, and puts it into the other, as the fault wants it to arrive. A message's body is its id.
 */
final class NatsApplication extends Application<Message, Message> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NatsClients clients;
    private final NatsTelemetry nats;
    private final Tracing<Headers> tracing;
    private final BatchProcessor<Message> processor;
    private final String sent;
    private final String arrived;
    private final JetStream sending;
    private final Connection receiving;
    private final NatsSettlement settlement;
    private final Queue<CompletableFuture<PublishAck>> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger heard = new AtomicInteger();
    private @Nullable JetStreamSubscription pulling;
    private int relayed;
    private int received;

    NatsApplication(NatsClients clients, Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry)
            throws Exception {
        super(fault, seen);
        this.clients = clients;
        this.nats = NatsTelemetry.create(telemetry.openTelemetry());
        this.tracing = NatsFaults.tracing(wrapping, telemetry);
        this.sent = clients.uniqueName();
        this.arrived = clients.uniqueName();
        clients.stream(sent);
        clients.stream(arrived);
        this.sending = connection(tracing.wraps() && !fault.isSentElsewhere()).jetStream();
        this.receiving = connection(tracing.wraps());
        this.processor = BatchProcessor.create(nats.messages());
        this.settlement = NatsSettlement.of(receiving);
    }

    private Connection connection(boolean wraps) {
        Connection connection = NatsFaults.recorded(
                clients.connection(clients.options()
                        .errorListener(new Heard())
                        // an answer that comes after this is a failure
                        .requestCleanupInterval(Duration.ofSeconds(10))),
                seen);
        Connection once = wraps ? nats.wrap(connection) : connection;
        return wraps && fault.isWrappedTwice() ? nats.wrap(once) : once;
    }

    @Override
    protected Message outgoing(int id, List<Header> headers) {
        return NatsFaults.message(sent, id, headers);
    }

    @Override
    protected String describe(Message message) {
        return NatsFaults.headers(message).toString();
    }

    @Override
    protected void send(Message message, int id) {
        Runnable over = sending(tracing, message.getHeaders());
        CompletableFuture<PublishAck> answer = sending.publishAsync(message);
        answers.add(told(answer, failure -> {
            over.run();
            if (failure == null) {
                seen.acknowledged(id);
            } else {
                seen.arrived("answer to " + id, failure);
            }
        }));
    }

    @Override
    protected @Nullable Throwable awaitAnswers() {
        try {
            CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                    .get(PATIENCE.toSeconds(), SECONDS);
            relay();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            return e;
        }
    }

    private void relay() throws Exception {
        Connection bare = clients.connection();
        JetStreamSubscription all = bare.jetStream()
                .subscribe(sent, PushSubscribeOptions.builder().ordered(true).build());
        JetStream others = bare.jetStream();
        Queue<CompletableFuture<PublishAck>> stored = new ConcurrentLinkedQueue<>();
        for (relayed = 0; relayed < answers.size(); relayed++) {
            Message message = all.nextMessage(PATIENCE);
            int id = NatsFaults.id(message);
            List<Header> headers = NatsFaults.headers(message);
            seen.onWire(id, headers);
            stored.add(others.publishAsync(NatsFaults.message(arrived, id, fault.arriving(id, headers))));
        }
        CompletableFuture.allOf(stored.toArray(CompletableFuture<?>[]::new)).get(PATIENCE.toSeconds(), SECONDS);
        bare.close();
    }

    @Override
    protected List<Message> poll() throws Exception {
        if (!fault.isPulled()) {
            handleUntilDone();
            return List.of();
        }
        if (pulling == null) {
            pulling = receiving
                    .jetStream()
                    .subscribe(
                            arrived,
                            PullSubscribeOptions.builder().durable("puller").build());
        }
        if (received == relayed) {
            return List.of();
        }
        List<Message> messages = pulling.fetch(Math.min(fault.pollSize(), relayed - received), PATIENCE);
        received += messages.size();
        return messages;
    }

    @Override
    protected void consume(List<Message> messages) {
        if (fault.isInBatches()) {
            seen.call("process batch", messages.size(), () -> consumeBatch(messages));
            return;
        }
        for (Message message : messages) {
            int id = NatsFaults.id(message);
            boolean handled = seen.call(
                    "process " + id,
                    () -> tracing.process(nats.messages(), message, NatsFaults.of(message), m -> handle(id)));
            seen.call("settle " + id, () -> {
                if (handled) {
                    message.ack();
                } else {
                    message.term();
                }
            });
            seen.called("settled " + id + " by " + message.lastAck());
        }
    }

    private void consumeBatch(List<Message> messages) throws Throwable {
        if (tracing.wraps()) {
            BatchResult<Message> result = processor.process(messages, batch -> handleAll(batch.messages()));
            result.settle(settlement::settle);
        } else {
            tracing.batch(() -> messages.stream().map(NatsFaults::of).iterator(), () -> handleAll(messages));
            settlement.settle(messages, message -> true);
        }
    }

    private void handleAll(List<Message> messages) throws Throwable {
        for (Message message : messages) {
            handle(NatsFaults.id(message));
        }
    }

    /** A last message to the same dispatcher comes after the last handler has returned to the client. */
    private void handleUntilDone() throws Exception {
        seen.handlersAreCalledBack();
        AtomicInteger done = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        Dispatcher dispatcher = receiving.createDispatcher();
        String end = clients.uniqueName();
        dispatcher.subscribe(end, nats.handOff(message -> over.countDown()));
        MessageHandler handler = message -> {
            try {
                called(message);
            } finally {
                done.incrementAndGet();
            }
        };
        receiving
                .jetStream()
                .subscribe(
                        arrived,
                        dispatcher,
                        handler,
                        false,
                        PushSubscribeOptions.builder()
                                .durable("pushed")
                                // what failed must not come again while others still run
                                .configuration(ConsumerConfiguration.builder()
                                        .ackWait(Duration.ofHours(1))
                                        .build())
                                .build());
        Awaitility.await().atMost(60, SECONDS).until(() -> done.get() == relayed || !dispatcher.isActive());
        clients.connection().publish(end, new byte[0]);
        Awaitility.await().atMost(30, SECONDS).until(() -> over.getCount() == 0 || !dispatcher.isActive());
        Awaitility.await()
                .atMost(30, SECONDS)
                .until(() -> heard.get() >= receiving.getStatistics().getExceptions());
        seen.called("dispatcher active: " + dispatcher.isActive());
    }

    private void called(Message message) throws InterruptedException {
        try {
            tracing.called(message, NatsFaults.of(message), m -> {
                handle(NatsFaults.id(m));
                m.ack();
                seen.called("acked " + NatsFaults.id(m));
            });
        } catch (Throwable t) {
            throw NatsApplication.<RuntimeException>undeclared(t);
        }
    }

    /** Handlers in other languages throw what they like. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X undeclared(Throwable failure) throws X {
        throw (X) failure;
    }

    /** What a handler throws; the client puts an Error into an exception of its own. */
    private final class Heard implements ErrorListener {

        @Override
        public void exceptionOccurred(Connection connection, Exception failure) {
            boolean wrapped = failure.getClass() == Exception.class && failure.getCause() instanceof Error;
            seen.arrived(wrapped ? failure.getCause() : failure);
            heard.incrementAndGet();
        }
    }
}
