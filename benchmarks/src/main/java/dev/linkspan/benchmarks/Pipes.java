package dev.linkspan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import dev.linkspan.brokers.ElasticMqBroker;
import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.brokers.NatsBroker;
import dev.linkspan.brokers.RabbitMqBroker;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.sqs.SqsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** Pipes over the four brokers, each with a destination of its own; bare where there is no OpenTelemetry. */
final class Pipes {

    private Pipes() {}

    /** Makes one. */
    interface Maker {
        /** @param openTelemetry null for the bare client */
        Pipe make(OpenTelemetry openTelemetry, String destination) throws Exception;
    }

    static Maker kafka(KafkaBroker broker) {
        return (openTelemetry, destination) -> new Kafka(broker.bootstrapServers(), openTelemetry, destination);
    }

    static Maker rabbitMq(RabbitMqBroker broker) {
        return (openTelemetry, destination) -> new RabbitMq(broker.uri(), openTelemetry, destination);
    }

    static Maker nats(NatsBroker broker) {
        return (openTelemetry, destination) -> new NatsCore(broker.url(), openTelemetry, destination);
    }

    static Maker sqs(ElasticMqBroker broker) {
        return (openTelemetry, destination) -> new Sqs(broker.endpoint(), openTelemetry, destination);
    }

    private static final class Kafka extends PullingPipe {

        private final String topic;
        private Producer<String, String> producer;
        private org.apache.kafka.clients.consumer.Consumer<String, String> consumer;
        private MessageTracer<ConsumerRecord<String, String>> tracer;

        Kafka(String servers, OpenTelemetry openTelemetry, String topic) throws Exception {
            this.topic = topic;
            Map<String, Object> config =
                    Map.of("bootstrap.servers", servers, "auto.offset.reset", "earliest", "group.id", topic);
            try (Admin admin = Admin.create(config)) {
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                        .all()
                        .get();
            }
            producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
            consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
            if (openTelemetry != null) {
                KafkaTelemetry kafka = KafkaTelemetry.create(openTelemetry);
                producer = kafka.wrap(producer, config);
                consumer = kafka.wrap(consumer, config);
                tracer = kafka.records(consumer);
            }
            consumer.assign(List.of(new TopicPartition(topic, 0)));
        }

        @Override
        public void send(String body) {
            producer.send(new ProducerRecord<>(topic, body));
        }

        @Override
        void pull(Consumer<String> handler) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
                if (tracer == null) {
                    handler.accept(record.value());
                } else {
                    tracer.process(record, traced -> handler.accept(traced.value()));
                }
            }
        }

        @Override
        public void close() throws Exception {
            super.close();
            producer.close();
            consumer.close();
        }
    }

    /** Acknowledges each delivery. */
    private static final class RabbitMq implements Pipe {

        private final String queue;
        private final com.rabbitmq.client.Connection connection;
        private final Channel sending;
        private final Channel receiving;

        RabbitMq(String uri, OpenTelemetry openTelemetry, String queue) throws Exception {
            this.queue = queue;
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(uri);
            if (openTelemetry == null) {
                connection = factory.newConnection();
            } else {
                RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(openTelemetry);
                connection = rabbitMq.wrap(rabbitMq.wrap(factory).newConnection());
            }
            sending = connection.createChannel();
            receiving = connection.createChannel();
            receiving.basicQos(100);
            sending.queueDeclare(queue, false, false, true, null);
        }

        @Override
        public void start(Consumer<String> handler) throws Exception {
            receiving.basicConsume(
                    queue,
                    false,
                    (tag, delivery) -> {
                        handler.accept(new String(delivery.getBody(), UTF_8));
                        receiving.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                    },
                    tag -> {});
        }

        @Override
        public void send(String body) throws Exception {
            sending.basicPublish("", queue, MessageProperties.MINIMAL_BASIC, body.getBytes(UTF_8));
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }

    /** Without streams. */
    private static final class NatsCore implements Pipe {

        private final String subject;
        private final Connection connection;

        NatsCore(String url, OpenTelemetry openTelemetry, String subject) throws Exception {
            this.subject = subject;
            Connection bare = Nats.connect(url);
            connection = openTelemetry == null
                    ? bare
                    : NatsTelemetry.create(openTelemetry).wrap(bare);
        }

        @Override
        public void start(Consumer<String> handler) throws Exception {
            connection
                    .createDispatcher(message -> handler.accept(new String(message.getData(), UTF_8)))
                    .subscribe(subject);
            connection.flush(Duration.ofSeconds(10));
        }

        @Override
        public void send(String body) {
            connection.publish(subject, body.getBytes(UTF_8));
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }

    /** Deletes each message. */
    private static final class Sqs extends PullingPipe {

        private final String queue;
        private final SqsClient client;
        private MessageTracer<Message> tracer;

        Sqs(String endpoint, OpenTelemetry openTelemetry, String name) {
            SqsClient bare = SqsClient.builder()
                    .endpointOverride(URI.create(endpoint))
                    .region(Region.EU_CENTRAL_1)
                    .credentialsProvider(AnonymousCredentialsProvider.create())
                    .httpClient(UrlConnectionHttpClient.create())
                    .build();
            queue = bare.createQueue(b -> b.queueName(name)).queueUrl();
            if (openTelemetry == null) {
                client = bare;
            } else {
                SqsTelemetry sqs = SqsTelemetry.create(openTelemetry);
                client = sqs.wrap(bare);
                tracer = sqs.messages(queue);
            }
        }

        @Override
        public void send(String body) {
            client.sendMessage(b -> b.queueUrl(queue).messageBody(body));
        }

        @Override
        void pull(Consumer<String> handler) {
            List<Message> messages = client.receiveMessage(
                            b -> b.queueUrl(queue).maxNumberOfMessages(10).waitTimeSeconds(1))
                    .messages();
            for (Message message : messages) {
                if (tracer == null) {
                    handler.accept(message.body());
                } else {
                    tracer.process(message, traced -> handler.accept(traced.body()));
                }
                client.deleteMessage(b -> b.queueUrl(queue).receiptHandle(message.receiptHandle()));
            }
        }

        @Override
        public void close() throws Exception {
            super.close();
            client.close();
        }
    }
}
