package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.examples.spring.AsyncOrders;
import dev.linkspan.examples.spring.KafkaTracingConfiguration;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/** Listeners that return a future before they are done. */
@ExtendWith(KafkaExtension.class)
@Tag("spring-kafka")
class KafkaSpringAsyncIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;
    private String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        topic = kafka.topic();
        KafkaClients.send(telemetry.wrap(kafka.producer()), topic, "chair");
    }

    private ConfigurableApplicationContext run(Class<?> listeners, KafkaClients kafka) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("spring.kafka.bootstrap-servers", kafka.bootstrapServers());
        settings.put("spring.kafka.consumer.auto-offset-reset", "earliest");
        settings.put("spring.kafka.consumer.properties.enable.metrics.push", "false");
        settings.put("orders.topic", topic);
        settings.put("orders.group", kafka.uniqueName());
        return new SpringApplicationBuilder(App.class, listeners)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .properties(settings)
                .initializers(application ->
                        application.getBeanFactory().registerSingleton("openTelemetry", otel.openTelemetry()))
                .run();
    }

    @Test
    void with_the_interceptor_the_span_ends_when_the_method_returns(KafkaClients kafka) {
        try (var context = run(InterceptedListener.class, kafka)) {
            SpanData process = one(otel.awaitSpans(3, KafkaSpring.PATIENCE), "process " + topic);
            InterceptedListener listener = context.getBean(InterceptedListener.class);

            assertThat(listener.current.get().getSpanContext().getSpanId()).isEqualTo(process.getSpanId());
            assertThat(listener.done).isNotDone();
            listener.done.complete(null);
        }
    }

    @Test
    void with_process_async_the_span_ends_with_the_future(KafkaClients kafka) {
        try (var context = run(FutureListener.class, kafka)) {
            FutureListener listener = context.getBean(FutureListener.class);
            await().atMost(KafkaSpring.PATIENCE).until(() -> listener.current.get() != null);
            assertThat(named(otel.spans(), "process " + topic)).isEmpty();

            listener.done.complete(null);

            SpanData process = one(otel.awaitSpans(3, KafkaSpring.PATIENCE), "process " + topic);
            assertThat(linksOf(process))
                    .containsExactly(one(otel.spans(), "send " + topic).getSpanId());
            assertThat(process.getParentSpanContext().isValid()).isFalse();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(KafkaAutoConfiguration.class)
    @Import(KafkaTracingConfiguration.class)
    static class App {}

    static class InterceptedListener {

        final AtomicReference<Span> current = new AtomicReference<>();
        final CompletableFuture<Void> done = new CompletableFuture<>();

        @KafkaListener(topics = "${orders.topic}", groupId = "${orders.group}")
        CompletableFuture<Void> order(String order) {
            current.set(Span.current());
            return done;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FutureListener {

        final AtomicReference<Span> current = new AtomicReference<>();
        final CompletableFuture<Void> done = new CompletableFuture<>();

        @Bean
        AsyncOrders asyncOrders(KafkaTelemetry kafka) {
            return new AsyncOrders(kafka, order -> {
                current.set(Span.current());
                return done;
            });
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<Object, Object> asyncListeners(
                ConsumerFactory<Object, Object> consumers) {
            ConcurrentKafkaListenerContainerFactory<Object, Object> containers =
                    new ConcurrentKafkaListenerContainerFactory<>();
            containers.setConsumerFactory(consumers);
            return containers;
        }
    }
}
