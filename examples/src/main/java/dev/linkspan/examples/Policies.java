package dev.linkspan.examples;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.Relation;
import io.opentelemetry.api.OpenTelemetry;

/** Policies for all destinations, and for one. */
public final class Policies {

    private Policies() {}

    /** For Kafka alone. */
    public static KafkaTelemetry ofKafka(OpenTelemetry openTelemetry) {
        KafkaTelemetry kafka = KafkaTelemetry.builder(openTelemetry)
                .policy(p -> p.maxLinks(64).messageKeys(false))
                .policy("from-partners", p -> p.trusted(false))
                .policy("price.requests", p -> p.relation(Relation.PARENT))
                .build();
        return kafka;
    }

    /** One set for all brokers of an application. */
    public static KafkaTelemetry shared(OpenTelemetry openTelemetry) {
        MessagingTelemetry messaging = MessagingTelemetry.builder(openTelemetry)
                .policy(p -> p.maxLinks(64))
                .policy("from-partners", p -> p.trusted(false))
                .build();
        KafkaTelemetry kafka = KafkaTelemetry.create(messaging);
        return kafka;
    }
}
