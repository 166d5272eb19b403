package dev.linkspan.it.rabbitmq;

import com.rabbitmq.client.AMQP.Basic.Publish;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.observation.ObservationCollector;
import dev.linkspan.faults.Observation;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Somebody else's hook in the client, which tells of what it sees. */
final class RabbitMqForeignCollector implements ObservationCollector {

    private final Observation seen;

    RabbitMqForeignCollector(Observation seen) {
        this.seen = seen;
    }

    @Override
    public void publish(
            PublishCall call, Publish publish, BasicProperties properties, ByteBuffer body, ConnectionInfo connection)
            throws IOException {
        seen.called("collector: publish");
        call.publish(properties);
    }

    @Override
    public Consumer basicConsume(String queue, String tag, Consumer consumer) {
        seen.called("collector: consume");
        return consumer;
    }

    @Override
    public GetResponse basicGet(BasicGetCall call, String queue) {
        seen.called("collector: get");
        return call.get();
    }
}
