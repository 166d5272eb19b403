package dev.linkspan.it.rabbitmq;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.faults.Application;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.Telemetry;
import dev.linkspan.faults.Tracing;
import dev.linkspan.faults.Wrapping;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The fault tests' application on RabbitMQ. What it sends lies in one queue, from which a bare client takes it, as it is on
 * the wire, and puts it into the other, as the fault wants it to arrive. A message's body is its id.
 */
final class RabbitMqApplication extends Application<RabbitMqApplication.Outgoing, Delivery> {

    private static final long CONFIRM_WITHIN_MILLIS = 30_000;

    /** What it gives to a channel; naive tracing writes into the table from which properties are made. */
    record Outgoing(Map<String, Object> table, BasicProperties properties, byte[] body) {}

    private final RabbitMqClients clients;
    private final RabbitMqTelemetry rabbitMq;
    private final Tracing<Map<String, Object>> tracing;
    private final MessageTracer<Delivery> tracer;
    private final BatchProcessor<Delivery> processor;
    private final RabbitMqSettlement settlement;
    private final String sent;
    private final String arrived;
    private final Connection sending;
    private final Connection receiving;
    private final Channel consuming;
    /** One for each thread: they are not made to be shared. */
    private final ThreadLocal<Channel> channels = ThreadLocal.withInitial(this::confirmingChannel);

    private final List<Channel> opened = new CopyOnWriteArrayList<>();
    private final ThreadLocal<NavigableMap<Long, Integer>> unconfirmed =
            ThreadLocal.withInitial(ConcurrentSkipListMap::new);
    private int relayed;

    RabbitMqApplication(RabbitMqClients clients, Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry)
            throws IOException {
        super(fault, seen);
        this.clients = clients;
        this.rabbitMq = RabbitMqTelemetry.create(telemetry.openTelemetry());
        this.tracing = RabbitMqFaults.tracing(wrapping, telemetry);
        this.sent = clients.queue();
        this.arrived = clients.queue();
        this.sending = connection(tracing.wraps() && !fault.isSentElsewhere());
        this.receiving = connection(tracing.wraps());
        this.consuming = channel(receiving, tracing.wraps());
        this.tracer = rabbitMq.deliveries(arrived);
        this.processor = BatchProcessor.create(tracer);
        this.settlement = RabbitMqSettlement.of(consuming);
    }

    private Connection connection(boolean wraps) {
        ConnectionFactory factory = clients.factory();
        factory.setExceptionHandler(new RabbitMqFaults.Heard(seen));
        if (fault.isIntercepted()) {
            factory.setObservationCollector(new RabbitMqForeignCollector(seen));
        }
        if (wraps) {
            rabbitMq.wrap(factory);
        }
        if (wraps && fault.isWrappedTwice()) {
            rabbitMq.wrap(factory);
        }
        return clients.connection(factory);
    }

    private Channel channel(Connection connection, boolean wraps) throws IOException {
        Channel channel = RabbitMqFaults.recorded(connection.createChannel(), seen);
        Channel once = wraps ? rabbitMq.wrap(channel) : channel;
        return wraps && fault.isWrappedTwice() ? rabbitMq.wrap(once) : once;
    }

    private Channel confirmingChannel() {
        try {
            Channel channel = channel(sending, tracing.wraps() && !fault.isSentElsewhere());
            channel.confirmSelect();
            NavigableMap<Long, Integer> open = unconfirmed.get();
            channel.addConfirmListener((tag, multiple) -> confirmed(open, tag, multiple), (tag, multiple) -> {});
            opened.add(channel);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void confirmed(NavigableMap<Long, Integer> open, long tag, boolean multiple) {
        Map<Long, Integer> answered = multiple ? open.headMap(tag, true) : open.subMap(tag, true, tag, true);
        answered.values().forEach(seen::acknowledged);
        answered.clear();
    }

    @Override
    protected Outgoing outgoing(int id, List<Header> headers) {
        Map<String, Object> table = RabbitMqFaults.table(headers);
        return new Outgoing(table, RabbitMqFaults.properties(table), RabbitMqFaults.body(id));
    }

    @Override
    protected String describe(Outgoing message) {
        return RabbitMqFaults.headers(message.properties()) + " of " + message.table();
    }

    @Override
    protected void send(Outgoing message, int id) throws IOException {
        Channel channel = channels.get();
        Runnable over = sending(tracing, message.table());
        BasicProperties properties = tracing.wrapping() == Wrapping.NAIVE
                ? RabbitMqFaults.properties(message.table())
                : message.properties();
        unconfirmed.get().put(channel.getNextPublishSeqNo(), id);
        channel.basicPublish("", sent, properties, message.body());
        over.run();
    }

    @Override
    protected @Nullable Throwable awaitAnswers() {
        try {
            for (Channel channel : opened) {
                channel.waitForConfirms(CONFIRM_WITHIN_MILLIS);
            }
            relay();
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    private void relay() throws Exception {
        Channel bare = clients.confirmingChannel();
        long there = bare.messageCount(sent);
        AtomicInteger taken = new AtomicInteger();
        bare.basicConsume(
                sent,
                true,
                (tag, message) -> {
                    int id = RabbitMqFaults.id(message.getBody());
                    List<Header> headers = RabbitMqFaults.headers(message.getProperties());
                    seen.onWire(id, headers);
                    Map<String, Object> others = RabbitMqFaults.table(fault.arriving(id, headers));
                    bare.basicPublish("", arrived, RabbitMqFaults.properties(others), message.getBody());
                    taken.incrementAndGet();
                },
                tag -> {});
        Awaitility.await().atMost(60, SECONDS).until(() -> taken.get() == there);
        bare.waitForConfirms(CONFIRM_WITHIN_MILLIS);
        bare.getConnection().abort();
        relayed = taken.get();
    }

    @Override
    protected List<Delivery> poll() throws Exception {
        if (!fault.isPulled()) {
            consumeUntilDone();
            return List.of();
        }
        List<Delivery> deliveries = new ArrayList<>();
        while (deliveries.size() < fault.pollSize()) {
            GetResponse response = consuming.basicGet(arrived, false);
            if (response == null) {
                break;
            }
            deliveries.add(RabbitMqTelemetry.deliveryOf(arrived, response));
        }
        return deliveries;
    }

    @Override
    protected void consume(List<Delivery> deliveries) {
        if (fault.isInBatches()) {
            seen.call("process batch", deliveries.size(), () -> consumeBatch(deliveries));
            return;
        }
        for (Delivery delivery : deliveries) {
            int id = RabbitMqFaults.id(delivery.getBody());
            boolean handled = seen.call(
                    "process " + id,
                    () -> tracing.process(
                            tracer, delivery, RabbitMqFaults.table(delivery.getProperties()), d -> handle(id)));
            long tag = delivery.getEnvelope().getDeliveryTag();
            seen.call("settle " + id, () -> {
                if (handled) {
                    consuming.basicAck(tag, false);
                } else {
                    consuming.basicNack(tag, false, false);
                }
            });
        }
    }

    private void consumeBatch(List<Delivery> deliveries) throws Throwable {
        if (tracing.wraps()) {
            BatchResult<Delivery> result = processor.process(deliveries, batch -> handleAll(batch.messages()));
            result.settle(settlement::settle);
        } else {
            tracing.batch(
                    () -> deliveries.stream()
                            .map(delivery -> RabbitMqFaults.table(delivery.getProperties()))
                            .iterator(),
                    () -> handleAll(deliveries));
            settlement.settle(deliveries, delivery -> true);
        }
    }

    private void handleAll(List<Delivery> deliveries) throws Throwable {
        for (Delivery delivery : deliveries) {
            handle(RabbitMqFaults.id(delivery.getBody()));
        }
    }

    /** The answer to the cancel comes on the consumers' thread, after the last handler has returned to the client. */
    private void consumeUntilDone() throws Exception {
        seen.handlersAreCalledBack();
        AtomicInteger done = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        String tag = consuming.basicConsume(arrived, false, new DefaultConsumer(consuming) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
                try {
                    called(new Delivery(envelope, properties, body));
                } finally {
                    done.incrementAndGet();
                }
            }

            @Override
            public void handleCancelOk(String tag) {
                over.countDown();
            }

            @Override
            public void handleShutdownSignal(String tag, ShutdownSignalException reason) {
                over.countDown();
            }
        });
        Awaitility.await().atMost(60, SECONDS).until(() -> done.get() == relayed || !consuming.isOpen());
        consuming.basicCancel(tag);
        Awaitility.await().atMost(30, SECONDS).until(() -> over.getCount() == 0);
        seen.called("channel open: " + consuming.isOpen());
    }

    private void called(Delivery delivery) {
        try {
            tracing.called(delivery, RabbitMqFaults.table(delivery.getProperties()), d -> {
                handle(RabbitMqFaults.id(d.getBody()));
                consuming.basicAck(d.getEnvelope().getDeliveryTag(), false);
            });
        } catch (Throwable t) {
            throw RabbitMqApplication.<RuntimeException>undeclared(t);
        }
    }

    /** Handlers in other languages throw what they like. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X undeclared(Throwable failure) throws X {
        throw (X) failure;
    }

    @Override
    public void close() {
        sending.abort();
        receiving.abort();
    }
}
