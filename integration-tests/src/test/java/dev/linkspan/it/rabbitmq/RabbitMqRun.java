package dev.linkspan.it.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.Tracing;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** What an application does to be traced, or not, where it is too unlike {@link RabbitMqApplication}. */
final class RabbitMqRun {

    private final Fault.Run run;
    private final RabbitMqClients clients;
    private final RabbitMqTelemetry rabbitMq;
    private final Tracing<Map<String, Object>> tracing;

    RabbitMqRun(Fault.Run run, RabbitMqClients clients) {
        this.run = run;
        this.clients = clients;
        this.rabbitMq = RabbitMqTelemetry.create(run.telemetry().openTelemetry());
        this.tracing = RabbitMqFaults.tracing(run.wrapping(), run.telemetry());
    }

    Fault.Run run() {
        return run;
    }

    RabbitMqTelemetry telemetry() {
        return rabbitMq;
    }

    Tracing<Map<String, Object>> tracing() {
        return tracing;
    }

    /** Wrapped, if this run is; what a consumer throws is told. */
    ConnectionFactory factory() {
        ConnectionFactory factory = clients.factory();
        factory.setExceptionHandler(new RabbitMqFaults.Heard(run.seen()));
        return tracing.wraps() ? rabbitMq.wrap(factory) : factory;
    }

    /** With a connection of its own; wrapped, if this run is. */
    Channel channel() throws IOException {
        return channel(factory());
    }

    Channel channel(ConnectionFactory factory) throws IOException {
        Channel channel = RabbitMqFaults.recorded(clients.connection(factory).createChannel(), run.seen());
        return tracing.wraps() ? rabbitMq.wrap(channel) : channel;
    }

    /** To a queue. */
    void send(Channel channel, String queue, int id, BasicProperties properties) throws IOException {
        Map<String, Object> headers = new HashMap<>();
        Runnable over = tracing.sending(headers);
        BasicProperties own =
                headers.isEmpty() ? properties : properties.builder().headers(headers).build();
        channel.basicPublish("", queue, own, RabbitMqFaults.body(id));
        over.run();
    }

    /** Runs the handler of what was pulled from a queue. Returns whether it threw nothing. */
    boolean process(String queue, Delivery delivery, Observation.Step handler) {
        int id = RabbitMqFaults.id(delivery.getBody());
        return run.seen()
                .call(
                        "process " + id,
                        () -> tracing.process(
                                rabbitMq.deliveries(queue),
                                delivery,
                                RabbitMqFaults.table(delivery.getProperties()),
                                d -> run.seen().handle(id, handler)));
    }

    /** A call that the client refuses; the way in which it does is told. */
    void failing(String place, Observation.Step call) {
        run.seen().call(place, () -> run.seen().raise(place, () -> {
            try {
                call.run();
            } catch (Throwable t) {
                run.seen().called(place + " failed by " + t.getClass());
                throw t;
            }
        }));
    }
}
