package dev.linkspan.it.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.linkspan.faults.ClientRun;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Observation;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** What an application does to be traced, or not, where it is too unlike {@link RabbitMqApplication}. */
final class RabbitMqRun extends ClientRun<Delivery, Map<String, Object>> {

    private final RabbitMqClients clients;
    private final RabbitMqTelemetry rabbitMq;

    RabbitMqRun(Fault.Run run, RabbitMqClients clients) {
        super(run, RabbitMqFaults.tracing(run.wrapping(), run.telemetry()));
        this.clients = clients;
        this.rabbitMq = RabbitMqTelemetry.create(run.telemetry().openTelemetry());
    }

    @Override
    protected int id(Delivery delivery) {
        return RabbitMqFaults.id(delivery.getBody());
    }

    @Override
    protected Map<String, Object> headers(Delivery delivery) {
        return RabbitMqFaults.table(delivery.getProperties());
    }

    RabbitMqTelemetry telemetry() {
        return rabbitMq;
    }

    /** Wrapped, if this run is; what a consumer throws is told. */
    ConnectionFactory factory() {
        ConnectionFactory factory = clients.factory();
        factory.setExceptionHandler(new RabbitMqFaults.Heard(seen()));
        return tracing().wraps() ? rabbitMq.wrap(factory) : factory;
    }

    /** With a connection of its own; wrapped, if this run is. */
    Channel channel() throws IOException {
        return channel(factory());
    }

    Channel channel(ConnectionFactory factory) throws IOException {
        Channel channel = RabbitMqFaults.recorded(clients.connection(factory).createChannel(), seen());
        return tracing().wraps() ? rabbitMq.wrap(channel) : channel;
    }

    /** To a queue. */
    void send(Channel channel, String queue, int id, BasicProperties properties) throws IOException {
        Map<String, Object> headers = new HashMap<>();
        Runnable over = tracing().sending(headers);
        BasicProperties own = headers.isEmpty()
                ? properties
                : properties.builder().headers(headers).build();
        channel.basicPublish("", queue, own, RabbitMqFaults.body(id));
        over.run();
    }

    /** Runs the handler of what was pulled from a queue. Returns whether it threw nothing. */
    boolean process(String queue, Delivery delivery, Observation.Step handler) {
        return process(rabbitMq.deliveries(queue), delivery, handler);
    }
}
