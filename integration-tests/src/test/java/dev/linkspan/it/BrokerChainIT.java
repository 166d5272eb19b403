package dev.linkspan.it;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import dev.linkspan.it.kafka.KafkaClients;
import dev.linkspan.it.kafka.KafkaExtension;
import dev.linkspan.it.kafka.KafkaPolls;
import dev.linkspan.it.nats.NatsClients;
import dev.linkspan.it.nats.NatsExtension;
import dev.linkspan.it.rabbitmq.RabbitMqClients;
import dev.linkspan.it.rabbitmq.RabbitMqExtension;
import dev.linkspan.it.sqs.SqsClients;
import dev.linkspan.it.sqs.SqsExtension;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** One order, from SQS to Kafka to RabbitMQ to NATS: each handler sends it on through a client of the next broker. */
@ExtendWith({SqsExtension.class, KafkaExtension.class, RabbitMqExtension.class, NatsExtension.class})
class BrokerChainIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    private SqsTelemetry sqsTelemetry;
    private KafkaTelemetry kafkaTelemetry;
    private SqsClient sqsClient;
    private Producer<String, String> producer;
    private Consumer<String, String> consumer;
    private Channel channel;
    private String url;
    private String topic;
    private String queue;
    private String subject;

    /** All four share one set of policies. The last two hops are pushed. */
    @BeforeEach
    void set_up(SqsClients sqs, KafkaClients kafka, RabbitMqClients rabbitMq, NatsClients nats) throws Exception {
        MessagingTelemetry messaging = MessagingTelemetry.create(otel.openTelemetry());
        sqsTelemetry = SqsTelemetry.create(messaging);
        kafkaTelemetry = KafkaTelemetry.create(messaging);
        RabbitMqTelemetry rabbitMqTelemetry = RabbitMqTelemetry.create(messaging);
        url = sqs.queue();
        topic = kafka.topic();
        queue = rabbitMq.queue();
        subject = nats.uniqueName();
        sqsClient = sqsTelemetry.wrap(sqs.client());
        producer = kafkaTelemetry.wrap(kafka.producer());
        consumer = kafkaTelemetry.wrap(kafka.consumerOf(topic));
        Connection natsConnection = NatsTelemetry.create(messaging).wrap(nats.connection());
        natsConnection
                .createDispatcher(message -> arrived.add(new String(message.getData(), UTF_8) + " of "
                        + Baggage.current().getEntryValue("tenant")))
                .subscribe(subject);
        natsConnection.flush(Duration.ofSeconds(30));
        rabbitMq.connection(rabbitMqTelemetry.wrap(rabbitMq.factory()))
                .createChannel()
                .basicConsume(
                        queue, true, (tag, delivery) -> natsConnection.publish(subject, delivery.getBody()), tag -> {});
        channel =
                rabbitMq.connection(rabbitMqTelemetry.wrap(rabbitMq.factory())).createChannel();
    }

    @Test
    void each_hop_is_a_trace_of_its_own_that_links_to_the_send_before_and_continues_to_the_next() throws Exception {
        try (Scope scope = Baggage.builder().put("tenant", "blue").build().makeCurrent()) {
            sqsClient.sendMessage(b -> b.queueUrl(url).messageBody("two chairs"));
        }
        Message message = SqsClients.receive(sqsClient, url, 1).get(0);
        sqsTelemetry
                .messages(url)
                .process(message, m -> TestClients.await(producer.send(new ProducerRecord<>(topic, m.body()))));
        ConsumerRecord<String, String> record = KafkaPolls.poll(consumer, 1).get(0);
        kafkaTelemetry
                .records(consumer)
                .process(
                        record,
                        r -> channel.basicPublish("", queue, null, r.value().getBytes(UTF_8)));

        assertThat(arrived.poll(30, SECONDS)).isEqualTo("two chairs of blue");
        // four sends, four handlers, and what SQS and Kafka were asked for
        List<SpanData> spans = otel.awaitSpans(10);
        SpanData first = one(spans, "send " + SqsClients.nameOf(url));
        SpanData last = hop(spans, first, "process " + SqsClients.nameOf(url), "send " + topic);
        last = hop(spans, last, "process " + topic, "publish " + queue);
        last = hop(spans, last, "process " + queue, "publish " + subject);
        assertRootLinkedTo(last, one(spans, "process " + subject));
        otel.assertThatSpans()
                .propagates(SqsClients.nameOf(url))
                .propagates(topic)
                .propagates(queue)
                .propagates(subject)
                .followsConventions();
    }

    /** Returns what the handler sent on. */
    private static SpanData hop(List<SpanData> spans, SpanData before, String process, String send) {
        SpanData handler = one(spans, process);
        SpanData sentOn = one(spans, send);
        assertRootLinkedTo(before, handler);
        assertThat(sentOn.getParentSpanId()).as("parent of %s", send).isEqualTo(handler.getSpanId());
        assertThat(sentOn.getTraceId()).isEqualTo(handler.getTraceId());
        assertThat(linksOf(sentOn)).as("links of %s", send).isEmpty();
        return sentOn;
    }

    private static void assertRootLinkedTo(SpanData send, SpanData process) {
        assertThat(process.getParentSpanContext().isValid())
                .as("parent of %s", process.getName())
                .isFalse();
        assertThat(process.getTraceId()).isNotEqualTo(send.getTraceId());
        assertThat(linksOf(process)).as("links of %s", process.getName()).containsExactly(send.getSpanId());
    }
}
