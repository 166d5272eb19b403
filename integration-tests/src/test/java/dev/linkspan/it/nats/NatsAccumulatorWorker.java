package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.batch.BatchAccumulator;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.it.Work;
import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PushSubscribeOptions;
import java.time.Duration;

/** A process that gathers messages, to be killed in the middle of a batch. */
final class NatsAccumulatorWorker {

    private NatsAccumulatorWorker() {}

    /** URL, stream, durable push consumer of it, and how many messages there are to handle. */
    public static void main(String[] args) throws Exception {
        Work work = new Work(args);
        NatsTelemetry nats = NatsTelemetry.create(Work.telemetry());
        try (Connection connection = nats.wrap(Nats.connect(new Options.Builder()
                .server(args[Work.OWN])
                .connectionTimeout(Duration.ofSeconds(30))
                .build()))) {
            BatchAccumulator<Message> orders = BatchAccumulator.builder(
                            BatchProcessor.create(nats.messages()),
                            batch -> batch.forEach(order -> work.handle(
                                    Long.toString(order.metaData().streamSequence()),
                                    new String(order.getData(), UTF_8))),
                            NatsSettlement.of(connection)::settle)
                    .maxMessages(20)
                    .maxAge(Duration.ofMillis(200))
                    .build();
            Dispatcher dispatcher = connection.createDispatcher();
            connection
                    .jetStream()
                    .subscribe(
                            null,
                            dispatcher,
                            nats.handOff(orders::accept),
                            false,
                            PushSubscribeOptions.bind(args[Work.OWN + 1], args[Work.OWN + 2]));
            work.awaitHandled(Integer.parseInt(args[Work.OWN + 3]));
            dispatcher.drain(Duration.ofSeconds(20)).join();
            orders.close();
        }
        work.done();
    }
}
