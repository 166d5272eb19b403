package dev.linkspan.examples.spring;

import dev.linkspan.kafka.KafkaTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import org.springframework.boot.kafka.autoconfigure.DefaultKafkaConsumerFactoryCustomizer;
import org.springframework.boot.kafka.autoconfigure.DefaultKafkaProducerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.listener.BatchInterceptor;
import org.springframework.kafka.listener.RecordInterceptor;

/** All that a Spring Boot application needs: Boot gives these beans to the factories that it makes. */
@Configuration(proxyBeanMethods = false)
public class KafkaTracingConfiguration {

    @Bean
    KafkaTelemetry kafkaTelemetry(OpenTelemetry openTelemetry) {
        return KafkaTelemetry.create(openTelemetry);
    }

    @Bean
    DefaultKafkaProducerFactoryCustomizer tracedProducers(KafkaTelemetry kafka) {
        return factory -> factory.addPostProcessor(client -> kafka.wrap(client, factory.getConfigurationProperties()));
    }

    @Bean
    DefaultKafkaConsumerFactoryCustomizer tracedConsumers(KafkaTelemetry kafka) {
        return factory -> factory.addPostProcessor(client -> kafka.wrap(client, factory.getConfigurationProperties()));
    }

    @Bean
    RecordInterceptor<Object, Object> tracedRecords(KafkaTelemetry kafka) {
        return new TracingRecordInterceptor<>(kafka);
    }

    @Bean
    BatchInterceptor<Object, Object> tracedBatches(KafkaTelemetry kafka) {
        return new TracingBatchInterceptor<>(kafka);
    }
}
