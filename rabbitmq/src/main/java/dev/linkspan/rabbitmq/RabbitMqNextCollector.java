package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.Basic.Publish;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.observation.ObservationCollector;
import com.rabbitmq.client.observation.ObservationCollector.BasicGetCall;
import com.rabbitmq.client.observation.ObservationCollector.ConnectionInfo;
import com.rabbitmq.client.observation.ObservationCollector.PublishCall;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The collector that a factory had before, such as Micrometer's, or none. */
final class RabbitMqNextCollector {

    static final RabbitMqNextCollector NONE = new RabbitMqNextCollector(null);

    /** Takes the body as {@code byte[]} before 5.31, and as {@code ByteBuffer} since. */
    private static final @Nullable MethodHandle PUBLISH = publish(ByteBuffer.class, publish(byte[].class, null));

    private final @Nullable ObservationCollector collector;

    private RabbitMqNextCollector(@Nullable ObservationCollector collector) {
        this.collector = collector;
    }

    /**
     * The factory's own. It has no getter, so its field is read.
     *
     * @throws ReflectiveOperationException where it cannot be read
     */
    static RabbitMqNextCollector of(ConnectionFactory factory) throws ReflectiveOperationException {
        Field field = ConnectionFactory.class.getDeclaredField("observationCollector");
        field.setAccessible(true);
        Object installed = field.get(factory);
        if (installed instanceof RabbitMqObservationCollector ours) {
            return ours.next;
        }
        return installed instanceof ObservationCollector other && other != ObservationCollector.NO_OP
                ? new RabbitMqNextCollector(other)
                : NONE;
    }

    /** @param body what the client gave, of the type that its collectors take */
    void publish(
            PublishCall call,
            Publish publish,
            @Nullable BasicProperties properties,
            @Nullable Object body,
            ConnectionInfo connection)
            throws IOException {
        if (collector == null || PUBLISH == null) {
            call.publish(properties);
            return;
        }
        try {
            PUBLISH.invoke(collector, call, publish, properties, body, connection);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("an ObservationCollector threw what it does not declare", t);
        }
    }

    Consumer basicConsume(String queue, String consumerTag, Consumer consumer) {
        return collector == null ? consumer : collector.basicConsume(queue, consumerTag, consumer);
    }

    @Nullable
    GetResponse basicGet(BasicGetCall call, String queue) {
        return collector == null ? call.get() : collector.basicGet(call, queue);
    }

    private static @Nullable MethodHandle publish(Class<?> body, @Nullable MethodHandle otherwise) {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(
                            ObservationCollector.class,
                            "publish",
                            MethodType.methodType(
                                    void.class,
                                    PublishCall.class,
                                    Publish.class,
                                    BasicProperties.class,
                                    body,
                                    ConnectionInfo.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return otherwise;
        }
    }
}
