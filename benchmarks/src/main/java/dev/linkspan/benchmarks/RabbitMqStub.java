package dev.linkspan.benchmarks;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.impl.LongStringHelper;
import com.rabbitmq.client.observation.ObservationCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A factory that keeps the client's hook, and does what the client's channel does around it. */
final class RabbitMqStub extends ConnectionFactory {

    private static final ObservationCollector.ConnectionInfo BROKER = new ObservationCollector.ConnectionInfo() {
        @Override
        public String getPeerAddress() {
            return "10.0.0.7";
        }

        @Override
        public int getPeerPort() {
            return 5672;
        }
    };

    private ObservationCollector collector = ObservationCollector.NO_OP;
    private Delivery next;
    BasicProperties last;

    static Delivery delivery(int tag, Map<String, String> headers) {
        Map<String, Object> table = new HashMap<>();
        headers.forEach((name, value) -> table.put(name, LongStringHelper.asLongString(value)));
        return new Delivery(
                new Envelope(tag, false, "", HandWritten.DESTINATION),
                new BasicProperties.Builder().headers(table).build(),
                new byte[5]);
    }

    @Override
    public void setObservationCollector(ObservationCollector collector) {
        this.collector = collector;
    }

    void publish(String routingKey, BasicProperties properties, byte[] body) throws IOException {
        AMQP.Basic.Publish publish =
                new AMQP.Basic.Publish.Builder().routingKey(routingKey).build();
        collector.publish(traced -> last = traced, publish, properties, ByteBuffer.wrap(body), BROKER);
    }

    Consumer consume(Consumer consumer) {
        return collector.basicConsume(HandWritten.DESTINATION, "tag", consumer);
    }

    void arrive(List<Delivery> deliveries) {
        next = deliveries.get(0);
    }

    GetResponse get() {
        return collector.basicGet(
                () -> new GetResponse(next.getEnvelope(), next.getProperties(), next.getBody(), 0),
                HandWritten.DESTINATION);
    }
}
