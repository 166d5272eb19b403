package dev.linkspan.testing;

import static dev.linkspan.testing.Failures.assertFails;
import static dev.linkspan.testing.Failures.messageOf;
import static dev.linkspan.testing.LinkspanAssertions.assertThatSpans;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ConventionsTest {

    private final Spans spans = new Spans();

    @Test
    void spans_of_every_operation_follow_the_conventions() {
        spans.root("create orders", SpanKind.PRODUCER)
                .messaging("create", "create", "orders")
                .make();
        spans.send("orders")
                .put("server.address", "broker")
                .put("server.port", 9092)
                .put("messaging.message.id", "1")
                .make();
        spans.root("send orders", SpanKind.CLIENT)
                .messaging("send", "send", "orders")
                .put("messaging.batch.message_count", 10)
                .make();
        spans.poll("orders")
                .put("messaging.batch.message_count", 1)
                .put("messaging.destination.partition.id", "3")
                .put("messaging.kafka.offset", 42)
                .make();
        spans.process("orders")
                .put("messaging.consumer.group.name", "billing")
                .put("linkspan.message.delivery_count", 2)
                .put("shop.order", "17")
                .failed("java.io.IOException", "no")
                .make();
        spans.root("commit orders", SpanKind.CLIENT)
                .messaging("commit", "settle", "orders")
                .make();
        spans.root("GET /", SpanKind.SERVER).scope(null).make();

        assertThatSpans(spans.all()).followsConventions().followsConventionsAndOldOnes();
    }

    @Test
    void deprecated_names_are_told_with_their_heirs() {
        spans.process("orders")
                .put("messaging.operation", "process")
                .put("messaging.kafka.consumer.group", "billing")
                .put("messaging.kafka.message.offset", 42)
                .put("net.peer.name", "broker")
                .put("messaging.destination.kind", "topic")
                .make();

        assertThat(messageOf(() -> assertThatSpans(spans.all()).followsConventions()))
                .isEqualTo("""
                        Expected that messaging spans follow the conventions v1.44.0, but:

                        1. Attribute messaging.destination.kind is deprecated
                           - [a1] process orders: value topic
                           To do: leave it out; nothing replaced it.

                        2. Attribute messaging.kafka.consumer.group is deprecated
                           - [a1] process orders: value billing
                           To do: write messaging.consumer.group.name instead.

                        3. Attribute messaging.kafka.message.offset is deprecated
                           - [a1] process orders: value 42
                           To do: write messaging.kafka.offset instead.

                        4. Attribute messaging.operation is deprecated
                           - [a1] process orders: value process
                           To do: write messaging.operation.type instead.

                        5. Attribute net.peer.name is deprecated
                           - [a1] process orders: value broker
                           To do: write server.address instead.

                        The traces:

                        trace a  0000000000000000a000000000000001
                        [a1] process orders (consumer, toy)
                        ├╌✗ Attribute messaging.destination.kind is deprecated: value topic
                        ├╌✗ Attribute messaging.kafka.consumer.group is deprecated: value billing
                        ├╌✗ Attribute messaging.kafka.message.offset is deprecated: value 42
                        ├╌✗ Attribute messaging.operation is deprecated: value process
                        └╌✗ Attribute net.peer.name is deprecated: value broker
                        """);
    }

    @Test
    void old_names_may_stand_beside_new_ones_if_asked_for() {
        spans.send("orders")
                .put("messaging.operation", "publish")
                .put("messaging.destination.partition.id", "3")
                .put("messaging.kafka.destination.partition", 3)
                .make();

        assertThatSpans(spans.all()).followsConventionsAndOldOnes();
        assertFails(() -> assertThatSpans(spans.all()).followsConventions(), "messaging.operation is deprecated");
    }

    @Test
    void old_name_alone_or_with_another_value_is_told() {
        spans.send("orders")
                .put("messaging.client_id", "c")
                .put("messaging.destination.partition.id", "3")
                .put("messaging.kafka.destination.partition", 4)
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventionsAndOldOnes(),
                "Deprecated attribute messaging.client_id stands alone",
                "messaging.client.id is missing",
                "messaging.destination.partition.id has another value, 3");
    }

    @Test
    void unknown_names_are_told_with_the_one_that_was_meant() {
        spans.send("orders")
                .put("messaging.mesage.id", "1")
                .put("messaging.priority", 4)
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "Attribute messaging.mesage.id is unknown",
                "perhaps messaging.message.id was meant",
                "Attribute messaging.priority is unknown");
    }

    @Test
    void attributes_of_links_are_looked_at_too() {
        spans.process("orders")
                .link(Spans.remote(1), Attributes.of(AttributeKey.longKey("messaging.destination.partition.id"), 3L))
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "Attribute messaging.destination.partition.id on a link has the wrong type",
                "long 3",
                "it must be of type string.");
    }

    @Test
    void captured_headers_are_lists_of_strings() {
        spans.send("orders").put("messaging.header.tenant", "a").make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "Attribute messaging.header.tenant has the wrong type",
                "it must be of type string_array.");
    }

    @Test
    void required_attributes_are_told_when_missing() {
        spans.send("orders")
                .without("messaging.system")
                .without("messaging.operation.name")
                .without("messaging.operation.type")
                .make();
        spans.send("orders").without("messaging.destination.name").make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "Attribute messaging.system is missing",
                "Attribute messaging.operation.name is missing",
                "Attribute messaging.operation.type is missing",
                "Attribute messaging.destination.name is missing");
    }

    @Test
    void attribute_of_the_wrong_type_is_not_called_missing_as_well() {
        spans.send("orders")
                .without("messaging.system")
                .put("messaging.system", 1)
                .make();

        String message = messageOf(() -> assertThatSpans(spans.all()).followsConventions());

        assertThat(message)
                .contains("Attribute messaging.system has the wrong type")
                .doesNotContain("is missing");
    }

    @Test
    void kind_follows_from_the_operation() {
        spans.root("process orders", SpanKind.INTERNAL)
                .messaging("process", "process", "orders")
                .make();
        spans.root("poll orders", SpanKind.CONSUMER)
                .messaging("poll", "receive", "orders")
                .make();
        spans.root("create orders", SpanKind.CLIENT)
                .messaging("create", "create", "orders")
                .make();
        spans.root("send orders", SpanKind.CONSUMER)
                .messaging("send", "send", "orders")
                .make();
        spans.root("ack orders", SpanKind.CONSUMER)
                .messaging("ack", "settle", "orders")
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "A span of type process has the wrong kind - [a1] process orders: it is INTERNAL To do: make it CONSUMER.",
                "A span of type receive has the wrong kind - [b1] poll orders: it is CONSUMER To do: make it CLIENT.",
                "A span of type create has the wrong kind",
                "make it PRODUCER if messages carry its context, else CLIENT.",
                "A span of type settle has the wrong kind");
    }

    @Test
    void renamed_values_are_told() {
        spans.root("publish orders", SpanKind.PRODUCER)
                .messaging("publish", "publish", "orders")
                .put("messaging.system", "AmazonSQS")
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "messaging.operation.type publish is deprecated",
                "messaging.system AmazonSQS is deprecated");
    }

    @Test
    void name_is_operation_and_destination() {
        spans.root("orders publish", SpanKind.PRODUCER)
                .messaging("send", "send", "orders")
                .make();
        spans.send("orders.17")
                .put("messaging.destination.template", "orders.{id}")
                .make();
        spans.send("amq.gen-1").put("messaging.destination.temporary", true).make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "- [a1] orders publish: expected \"send orders\"",
                "- [b1] send orders.17: expected \"send orders.{id}\"",
                "- [c1] send amq.gen-1: expected \"send\"");
    }

    @Test
    void name_without_a_destination_is_the_operation_or_the_server() {
        for (String name : List.of("poll", "poll broker:9092")) {
            spans.root(name, SpanKind.CLIENT)
                    .messaging("poll", "receive", "")
                    .without("messaging.destination.name")
                    .put("server.address", "broker")
                    .put("server.port", 9092)
                    .make();
        }

        assertThatSpans(spans.all()).followsConventions();
    }

    @Test
    void batch_count_belongs_to_batches() {
        spans.root("create orders", SpanKind.PRODUCER)
                .messaging("create", "create", "orders")
                .put("messaging.batch.message_count", 1)
                .make();
        spans.process("orders")
                .put("messaging.batch.message_count", 2)
                .put("messaging.message.id", "1")
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "A Create span has messaging.batch.message_count",
                "A batch's span has an attribute of one message, messaging.message.id");
    }

    @Test
    void error_type_and_error_status_come_together() {
        spans.send("orders").status(StatusData.error()).make();
        spans.send("orders").put("error.type", "E").make();

        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "A span has status ERROR and no error.type - [a1] send orders",
                "A span has error.type and not status ERROR - [b1] send orders");
    }

    @Test
    void schema_url_is_that_of_the_conventions_or_newer() {
        spans.send("orders").scope("https://opentelemetry.io/schemas/1.45.0").make();
        assertThatSpans(spans.all()).followsConventions();

        spans.send("orders").scope(null).make();
        spans.send("orders").scope("https://opentelemetry.io/schemas/1.24.0").make();
        spans.send("orders").scope("https://example.com/1.44.0").make();
        assertFails(
                () -> assertThatSpans(spans.all()).followsConventions(),
                "An instrumentation scope has no schema URL",
                "An instrumentation scope follows conventions 1.24.0",
                "An instrumentation scope has a schema URL that is not OpenTelemetry's");
    }
}
