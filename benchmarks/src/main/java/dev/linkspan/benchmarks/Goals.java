package dev.linkspan.benchmarks;

import static dev.linkspan.benchmarks.Broker.KAFKA;
import static dev.linkspan.benchmarks.Broker.SQS;
import static dev.linkspan.benchmarks.Broker.SQS_CLIENT;
import static dev.linkspan.benchmarks.Library.BARE;
import static dev.linkspan.benchmarks.Library.BRAVE;
import static dev.linkspan.benchmarks.Library.HAND_WRITTEN;
import static dev.linkspan.benchmarks.Library.LEAST;
import static dev.linkspan.benchmarks.Library.LINKSPAN;
import static dev.linkspan.benchmarks.Library.OPENTELEMETRY;
import static dev.linkspan.benchmarks.Row.bytes;
import static dev.linkspan.benchmarks.Row.time;
import static dev.linkspan.benchmarks.Tracing.NOOP;
import static dev.linkspan.benchmarks.Tracing.SAMPLED;
import static dev.linkspan.benchmarks.Tracing.UNSAMPLED;

import dev.linkspan.benchmarks.Row.Figure;
import dev.linkspan.benchmarks.Row.Most;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is measured, and what it should be. */
final class Goals {

    private static final Most[] NONE = {};
    private static final List<Library> OTHERS = List.of(HAND_WRITTEN, LEAST, OPENTELEMETRY, BRAVE);

    /** Of which every operation is measured. */
    private static final List<Broker> BROKERS = List.of(KAFKA, Broker.RABBITMQ, Broker.NATS, SQS);

    /** "RabbitMQ" and the like. */
    private static final Map<Broker, String> NAMES =
            Map.of(KAFKA, "Kafka", Broker.RABBITMQ, "RabbitMQ", Broker.NATS, "NATS", SQS, "SQS", SQS_CLIENT, "SQS");

    private Goals() {}

    /** The goals on Kafka, and the chief ones on the other brokers. */
    static List<Row> quick() {
        List<Row> rows = new ArrayList<>();
        for (Broker broker : BROKERS) {
            sampled(broker, broker == KAFKA ? OTHERS : List.of(HAND_WRITTEN), rows);
        }
        rows.add(batch(KAFKA, 500, time(0.25), new Most(Figure.NANOS, 120), new Most(Figure.OWN_BYTES, 120)));
        without(KAFKA, rows);
        return rows;
    }

    /** Everything on every broker. */
    static List<Row> full() {
        List<Row> rows = new ArrayList<>();
        for (Broker broker : BROKERS) {
            sampled(broker, OTHERS, rows);
            rows.add(batch(broker, 10, NONE));
            rows.add(batch(broker, 500, time(0.25), new Most(Figure.NANOS, 120), new Most(Figure.OWN_BYTES, 120)));
            rows.add(batch(broker, 10_000, NONE));
            without(broker, rows);
            receive(broker, rows);
            for (Content content : List.of(Content.BAGGAGE, Content.HOSTILE)) {
                rows.add(row(
                        broker,
                        "process, " + name(content) + " headers",
                        Subject.process(broker, LINKSPAN, SAMPLED, content),
                        Subject.process(broker, HAND_WRITTEN, SAMPLED, content)));
            }
            rows.add(row(
                    broker,
                    "send, metrics on",
                    Subject.send(broker, LINKSPAN, Tracing.METERED),
                    Subject.send(broker, LINKSPAN, SAMPLED)));
            rows.add(row(
                    broker,
                    "process, metrics on",
                    Subject.process(broker, LINKSPAN, Tracing.METERED, Content.PLAIN),
                    Subject.process(broker, LINKSPAN, SAMPLED, Content.PLAIN)));
        }
        throughTheClientOfAws(rows);
        return rows;
    }

    private static void sampled(Broker broker, List<Library> others, List<Row> rows) {
        for (Library other : others) {
            if (broker.libraries.contains(other)) {
                rows.add(row(
                        broker,
                        "send",
                        Subject.send(broker, LINKSPAN, SAMPLED),
                        Subject.send(broker, other, SAMPLED),
                        switch (other) {
                            case HAND_WRITTEN -> new Most[] {time(0.9), bytes(0.8)};
                            case OPENTELEMETRY -> new Most[] {time(0.5)};
                            default -> NONE;
                        }));
            }
        }
        for (Library other : others) {
            if (broker.libraries.contains(other)) {
                rows.add(row(
                        broker,
                        "process",
                        Subject.process(broker, LINKSPAN, SAMPLED, Content.PLAIN),
                        Subject.process(broker, other, SAMPLED, Content.PLAIN),
                        other == HAND_WRITTEN ? new Most[] {time(0.9)} : NONE));
            }
        }
    }

    private static Row batch(Broker broker, int size, Most... most) {
        return row(
                broker,
                String.format(Locale.ROOT, "batch of %,d, a message", size),
                Subject.batch(broker, LINKSPAN, SAMPLED, size),
                Subject.batch(broker, HAND_WRITTEN, SAMPLED, size),
                most);
    }

    /** Not sampled, and without an SDK. */
    private static void without(Broker broker, List<Row> rows) {
        for (Library other : List.of(HAND_WRITTEN, LEAST)) {
            if (broker.libraries.contains(other)) {
                Most[] goal = other == HAND_WRITTEN ? new Most[] {time(0.5)} : NONE;
                rows.add(row(
                        broker,
                        "send, not sampled",
                        Subject.send(broker, LINKSPAN, UNSAMPLED),
                        Subject.send(broker, other, UNSAMPLED),
                        goal));
                rows.add(row(
                        broker,
                        "process, not sampled",
                        Subject.process(broker, LINKSPAN, UNSAMPLED, Content.PLAIN),
                        Subject.process(broker, other, UNSAMPLED, Content.PLAIN),
                        goal));
            }
        }
        Most over = new Most(Figure.NANOS_OVER, 60);
        rows.add(row(
                broker, "send, no SDK", Subject.send(broker, LINKSPAN, NOOP), Subject.send(broker, BARE, NOOP), over));
        rows.add(row(
                broker,
                "process, no SDK",
                Subject.process(broker, LINKSPAN, NOOP, Content.PLAIN),
                Subject.process(broker, BARE, NOOP, Content.PLAIN),
                over));
    }

    private static void receive(Broker broker, List<Row> rows) {
        for (Tracing tracing : List.of(SAMPLED, UNSAMPLED)) {
            rows.add(row(
                    broker,
                    tracing == SAMPLED ? "receive" : "receive, not sampled",
                    Subject.receive(broker, LINKSPAN, tracing),
                    Subject.receive(broker, HAND_WRITTEN, tracing)));
        }
    }

    private static void throughTheClientOfAws(List<Row> rows) {
        List<Library> others = List.of(BARE, OPENTELEMETRY);
        for (Library other : others) {
            rows.add(row(
                    SQS_CLIENT,
                    "send, through the AWS client",
                    Subject.send(SQS_CLIENT, LINKSPAN, SAMPLED),
                    Subject.send(SQS_CLIENT, other, SAMPLED)));
        }
        for (Library other : others) {
            rows.add(row(
                    SQS_CLIENT,
                    "receive and process, through the AWS client",
                    Subject.process(SQS_CLIENT, LINKSPAN, SAMPLED, Content.PLAIN),
                    Subject.process(SQS_CLIENT, other, SAMPLED, Content.PLAIN)));
        }
    }

    private static Row row(Broker broker, String title, Subject linkspan, Subject other, Most... most) {
        return Row.of(NAMES.get(broker) + " " + title, linkspan, other, most);
    }

    private static String name(Content content) {
        return content.name().toLowerCase(Locale.ROOT);
    }
}
