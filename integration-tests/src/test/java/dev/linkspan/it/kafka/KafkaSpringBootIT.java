package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.examples.spring.KafkaTracingConfiguration;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.ResolvableType;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

/** A Spring Boot application that has nothing but the configuration of the examples. */
@ExtendWith(KafkaExtension.class)
@Tag("spring-kafka")
class KafkaSpringBootIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @Test
    void annotated_listeners_are_traced_one_by_one_and_in_batches(KafkaClients kafka) {
        String orders = kafka.topic();
        String prices = kafka.topic();
        try (var context = new SpringApplicationBuilder(App.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .properties(settings(kafka, orders, prices))
                .initializers(application ->
                        application.getBeanFactory().registerSingleton("openTelemetry", otel.openTelemetry()))
                .run()) {
            KafkaTemplate<Object, Object> template = context.<KafkaTemplate<Object, Object>>getBeanProvider(
                            ResolvableType.forClassWithGenerics(KafkaTemplate.class, Object.class, Object.class))
                    .getObject();
            KafkaClients.await(template.send(orders, "chair"));
            KafkaClients.await(template.send(prices, "12"));

            // send, poll and process of each, and the batch's commit
            List<SpanData> spans = otel.awaitSpans(7, KafkaSpring.PATIENCE);
            for (String topic : List.of(orders, prices)) {
                SpanData process = one(spans, "process " + topic);
                assertThat(linksOf(process))
                        .containsExactly(one(spans, "send " + topic).getSpanId());
                assertThat(process.getParentSpanContext().isValid()).isFalse();
                assertThat(named(spans, "poll " + topic)).hasSize(1);
            }
            assertThat(context.getBean(Listeners.class).heard).containsExactlyInAnyOrder("chair", "12");
            otel.assertThatSpans().propagates(orders).propagates(prices).followsConventions();
        }
    }

    private static Map<String, Object> settings(KafkaClients kafka, String orders, String prices) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("spring.kafka.bootstrap-servers", kafka.bootstrapServers());
        settings.put("spring.kafka.consumer.auto-offset-reset", "earliest");
        settings.put("spring.kafka.consumer.properties.enable.metrics.push", "false");
        settings.put("spring.kafka.producer.properties.enable.metrics.push", "false");
        settings.put("test.orders", orders);
        settings.put("test.prices", prices);
        settings.put("test.group", kafka.uniqueName());
        return settings;
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(KafkaAutoConfiguration.class)
    @Import({KafkaTracingConfiguration.class, Listeners.class})
    static class App {}

    static class Listeners {

        final List<String> heard = new CopyOnWriteArrayList<>();

        @KafkaListener(topics = "${test.orders}", groupId = "${test.group}-orders")
        void order(String order) {
            heard.add(order);
        }

        @KafkaListener(topics = "${test.prices}", groupId = "${test.group}-prices", batch = "true")
        void prices(List<String> prices) {
            heard.addAll(prices);
        }
    }
}
