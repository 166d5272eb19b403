package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.batch.BatchSettlement;
import dev.linkspan.examples.NatsBatches;
import dev.linkspan.it.AccumulatorContract;
import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Of what JetStream pushes, max-ack-pending bounds how much. */
@ExtendWith(NatsExtension.class)
class NatsAccumulatorIT extends AccumulatorContract<Message> {

    private NatsClients nats;
    private NatsTelemetry telemetry;
    private Connection connection;
    private String subject;
    private String stream;

    @BeforeEach
    void set_up(NatsClients nats) {
        this.nats = nats;
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        subject = nats.uniqueName();
        stream = nats.stream(subject);
    }

    @Override
    protected String queue() {
        return subject;
    }

    @Override
    protected void send(List<String> bodies) throws Exception {
        for (String body : bodies) {
            connection.jetStream().publish(subject, body.getBytes(UTF_8));
        }
    }

    @Override
    protected MessageTracer<Message> tracer() {
        return telemetry.messages();
    }

    @Override
    protected String body(Message message) {
        return new String(message.getData(), UTF_8);
    }

    @Override
    protected Inflow<Message> open(int unacknowledged, Duration redelivered) {
        Connection consuming = telemetry.wrap(nats.connection());
        PushSubscribeOptions options = ConsumerConfiguration.builder()
                .durable("orders")
                .maxAckPending(unacknowledged)
                .ackWait(redelivered)
                .buildPushSubscribeOptions();
        return new Inflow<>() {
            @Override
            public BatchSettlement<Message, RuntimeException> settlement() {
                return NatsSettlement.of(consuming)::settle;
            }

            @Override
            public void start(Consumer<Message> handler) throws Exception {
                consuming
                        .jetStream()
                        .subscribe(
                                subject,
                                consuming.createDispatcher(),
                                telemetry.handOff(handler::accept),
                                false,
                                options);
            }

            @Override
            public void close() throws Exception {
                consuming.close();
                await().until(() -> !consumer().isPushBound());
            }
        };
    }

    @Override
    protected long waiting() throws Exception {
        return consumer().getNumPending();
    }

    @Override
    protected void example(CountDownLatch stop, Consumer<Message> handler) throws Exception {
        new NatsBatches(stop, handler).run(telemetry, nats.connection(), subject, "orders");
    }

    @Override
    protected void assertNoneLeft() throws Exception {
        assertThat(consumer()).returns(0L, ConsumerInfo::getNumAckPending).returns(0L, ConsumerInfo::getNumPending);
    }

    private ConsumerInfo consumer() throws Exception {
        return connection.jetStreamManagement().getConsumerInfo(stream, "orders");
    }
}
