package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.assertEachLinksToOne;
import static dev.linkspan.it.SpanQueries.assertOneIsTheParentOfEach;
import static dev.linkspan.it.SpanQueries.by;
import static dev.linkspan.it.SpanQueries.ids;
import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.rabbitmq.RabbitMqSpring.PATIENCE;
import static dev.linkspan.it.rabbitmq.RabbitMqSpring.started;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.observation.micrometer.MicrometerObservationCollectorBuilder;
import dev.linkspan.it.Observations;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;

/** Spring AMQP's own observation, and the client's for Micrometer, bridged to the same OpenTelemetry. */
@ExtendWith(RabbitMqExtension.class)
@Tag("spring-amqp")
class RabbitMqSpringObservationInteropIT {

    private static final String OURS = "dev.linkspan.rabbitmq";

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private ObservationRegistry observations;
    private RabbitMqTelemetry rabbitMq;
    private RabbitMqSpring spring;
    private String queue;

    @BeforeEach
    void set_up(RabbitMqClients clients) {
        observations = Observations.bridgedTo(otel.openTelemetry());
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        spring = new RabbitMqSpring(rabbitMq, clients);
        queue = clients.queue();
    }

    /** A template over a factory that nobody wrapped. */
    private RabbitTemplate observedTemplate(RabbitMqClients clients) {
        RabbitTemplate template = new RabbitTemplate(spring.connections(clients.factory()));
        template.setObservationEnabled(true);
        template.setApplicationContext(Observations.contextOf(observations));
        return template;
    }

    private SimpleMessageListenerContainer observed(SimpleMessageListenerContainer container) {
        container.setObservationEnabled(true);
        container.setApplicationContext(Observations.contextOf(observations));
        return container;
    }

    private List<SpanData> theirs(List<SpanData> spans) {
        return by(Observations.SCOPE, spans);
    }

    @Test
    void an_observed_template_s_message_is_linked_by_our_consumer(RabbitMqClients clients) {
        observedTemplate(clients).convertAndSend(queue, "chair");
        started(spring.simple(queue, message -> {}));

        List<SpanData> spans = otel.awaitSpans(2, PATIENCE);
        SpanData sent = theirs(spans).get(0);
        SpanData process = one(spans, "process " + queue);
        assertThat(sent.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(process)).containsExactly(sent.getSpanId());
    }

    @Test
    void our_message_is_the_parent_of_an_observed_container_s_span(RabbitMqClients clients) {
        spring.template().convertAndSend(queue, "chair");
        SimpleMessageListenerContainer bare = spring.simple(queue, message -> {});
        bare.setConnectionFactory(spring.connections(clients.factory()));
        bare.setAdviceChain();
        started(observed(bare));

        List<SpanData> spans = otel.awaitSpans(2, PATIENCE);
        SpanData publish = one(spans, "publish " + queue);
        assertThat(theirs(spans)).singleElement().satisfies(received -> {
            assertThat(received.getParentSpanId()).isEqualTo(publish.getSpanId());
            assertThat(received.getKind()).isEqualTo(SpanKind.CONSUMER);
        });
    }

    @Test
    void an_observed_template_over_a_wrapped_factory_keeps_its_context_and_ours_links_to_it(RabbitMqClients clients)
            throws Exception {
        RabbitTemplate template = spring.template();
        template.setObservationEnabled(true);
        template.setApplicationContext(Observations.contextOf(observations));
        template.convertAndSend(queue, "chair");

        List<SpanData> spans = otel.awaitSpans(2, PATIENCE);
        SpanData sent = theirs(spans).get(0);
        SpanData publish = one(spans, "publish " + queue);
        assertThat(publish.getParentSpanId()).isEqualTo(sent.getSpanId());
        assertThat(publish.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(linksOf(publish)).containsExactly(sent.getSpanId());
        assertThat(traceparent(clients)).contains(sent.getSpanId());
    }

    @Test
    void an_observed_container_s_span_is_around_ours_which_links_all_the_same() {
        RabbitTemplate template = spring.template();
        template.convertAndSend(queue, "chair");
        template.convertAndSend(queue, "table");
        started(observed(spring.simple(queue, message -> {})));

        List<SpanData> spans = otel.awaitSpans(6, PATIENCE);
        List<SpanData> publishes = named(spans, "publish " + queue);
        List<SpanData> processes = named(spans, "process " + queue);
        assertOneIsTheParentOfEach(theirs(spans), publishes);
        assertOneIsTheParentOfEach(processes, theirs(spans));
        assertEachLinksToOne(processes, ids(publishes));
    }

    @Test
    void the_client_s_own_observation_goes_on_inside_of_ours(RabbitMqClients clients) throws Exception {
        ConnectionFactory factory = clients.factory();
        factory.setObservationCollector(new MicrometerObservationCollectorBuilder()
                .registry(observations)
                .build());
        Channel channel = clients.connection(rabbitMq.wrap(factory)).createChannel();
        channel.basicPublish("", queue, null, new byte[0]);
        channel.basicConsume(queue, true, (tag, delivery) -> {}, tag -> {});

        List<SpanData> spans = otel.awaitSpans(4, PATIENCE);
        SpanData publish = one(spans, "publish " + queue);
        SpanData sent = theirs(spans).stream()
                .filter(span -> span.getKind() == SpanKind.PRODUCER)
                .findFirst()
                .orElseThrow();
        // the inner one's context goes out, and is linked
        assertThat(sent.getParentSpanId()).isEqualTo(publish.getSpanId());
        SpanData process = one(by(OURS, spans), "process " + queue);
        assertThat(linksOf(process)).containsExactly(sent.getSpanId());
        assertThat(process.getParentSpanContext().isValid()).isFalse();
    }

    private String traceparent(RabbitMqClients clients) throws Exception {
        Channel channel = clients.channel();
        return await().until(() -> channel.basicGet(queue, true), got -> got != null)
                .getProps()
                .getHeaders()
                .get("traceparent")
                .toString();
    }
}
