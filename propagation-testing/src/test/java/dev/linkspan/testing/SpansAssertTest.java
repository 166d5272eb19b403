package dev.linkspan.testing;

import static dev.linkspan.testing.Failures.assertFails;
import static dev.linkspan.testing.Failures.messageOf;
import static dev.linkspan.testing.LinkspanAssertions.assertThatSpans;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SpansAssertTest {

    private final Spans spans = new Spans();

    @Test
    void context_propagates_when_each_consumer_is_linked_to_its_producer() {
        SpanData send = spans.send("orders").put("messaging.message.id", "1").make();
        SpanData other = spans.send("orders").put("messaging.message.id", "2").make();
        spans.poll("orders")
                .put("messaging.batch.message_count", 2)
                .link(send)
                .link(other)
                .make();
        SpanData process = spans.process("orders")
                .put("messaging.message.id", "1")
                .link(send)
                .make();
        spans.process("orders").put("messaging.message.id", "2").link(other).make();
        spans.sendBelow(process, "bills").make();

        assertThatSpans(spans.all())
                .propagates("orders")
                .hasNoOrphans()
                .hasAtMostLinks(2)
                .hasNoErrors();
    }

    @Test
    void missing_link_is_drawn_where_it_is_missing() {
        SpanData http = spans.root("POST /orders", SpanKind.SERVER).make();
        SpanData send = spans.sendBelow(http, "orders")
                .put("messaging.message.id", "m-1")
                .make();
        spans.sendBelow(http, "orders").put("messaging.message.id", "m-2").make();
        spans.process("orders").put("messaging.message.id", "m-1").link(send).make();
        spans.process("orders").put("messaging.message.id", "m-2").make();

        assertThat(messageOf(() -> assertThatSpans(spans.all()).propagates("orders")))
                .isEqualTo("""
                        Expected that trace context propagates over "orders", but:

                        1. A consumer span has no link to the span that made its message
                           - [c1] process orders: it was made by [a3] send orders (same message id m-2)
                           To do: either the message came without headers (wrap the producer, so that it injects; see that
                           nothing between strips them), or the consumer does not read them: process the message through
                           Linkspan, tracer.process(message, handler), or add the extracted context as a link before the
                           span starts.

                        The traces:

                        trace a  0000000000000000a000000000000001
                        [a1] POST /orders (server)
                        ├─ [a2] send orders (producer, toy, id m-1)
                        └─ [a3] send orders (producer, toy, id m-2)

                        trace b  0000000000000000a000000000000002
                        [b1] process orders (consumer, toy, id m-1)
                        └╌→ linked to [a2] send orders

                        trace c  0000000000000000a000000000000003
                        [c1] process orders (consumer, toy, id m-2)
                        └╌✗ no link to [a3] send orders, which made its message
                        """);
    }

    @Test
    void consumer_below_its_producer_is_told_to_link_instead() {
        SpanData send = spans.send("orders").make();
        SpanData between = spans.child(send, "deliver", SpanKind.INTERNAL).make();
        spans.child(between, "process orders", SpanKind.CONSUMER)
                .messaging("process", "process", "orders")
                .make();

        assertThat(messageOf(() -> assertThatSpans(spans.all()).propagates("orders")))
                .isEqualTo("""
                        Expected that trace context propagates over "orders", but:

                        1. A consumer span is a child of its producer, and not linked to it
                           - [a3] process orders: it is below [a1] send orders
                           To do: do not set the extracted context as parent: process the message through Linkspan,
                           tracer.process(message, handler), or add the extracted context as a link before the span starts.

                        The traces:

                        trace a  0000000000000000a000000000000001
                        [a1] send orders (producer, toy)
                        └─ [a2] deliver (internal)
                           └─ [a3] process orders (consumer, toy)
                              └╌✗ below [a1] send orders instead of linked to it
                        """);
    }

    @Test
    void mistyped_destination_is_answered_with_those_that_there_are() {
        SpanData send = spans.send("orders").make();
        spans.process("orders").link(send).make();

        assertThat(messageOf(() -> assertThatSpans(spans.all()).propagates("order")))
                .isEqualTo("""
                        Expected that trace context propagates over "order", but:

                        1. No span sends to this destination
                           - there are "orders" on 2 spans
                           To do: wrap the client that sends, see that its spans have ended and are exported, and that the
                           name is the one in messaging.destination.name.

                        2. No span receives from this destination, or processes its messages
                           - there are "orders" on 2 spans
                           To do: wrap the client that receives and process through its tracer; wait until the consumer is
                           done (awaitSpans); the consumer's name for the destination may differ from the producer's: then
                           name both.

                        The traces:

                        trace a  0000000000000000a000000000000001
                        [a1] send orders (producer, toy)

                        trace b  0000000000000000a000000000000002
                        [b1] process orders (consumer, toy)
                        └╌→ linked to [a1] send orders
                        """);
    }

    @Test
    void linked_child_of_the_producer_does_not_propagate() {
        SpanData send = spans.send("orders").make();
        spans.child(send, "process orders", SpanKind.CONSUMER)
                .messaging("process", "process", "orders")
                .link(send)
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).propagates("orders"),
                "A producer is an ancestor of its consumer",
                "[a2] process orders: it is below [a1] send orders");
    }

    @Test
    void link_to_the_producer_s_caller_is_recognized() {
        SpanData http = spans.root("POST /orders", SpanKind.SERVER).make();
        spans.sendBelow(http, "orders").make();
        spans.process("orders").link(http).make();

        assertFails(
                () -> assertThatSpans(spans.all()).propagates("orders"),
                "A consumer span is linked to the producer's caller",
                "inject the send span's own context, after it started");
    }

    @Test
    void link_to_a_span_that_was_not_exported_is_recognized() {
        spans.send("orders").make();
        spans.process("orders").link(Spans.remote(7), Attributes.empty()).make();

        assertFails(
                () -> assertThatSpans(spans.all()).propagates("orders"),
                "A consumer span is linked to a span that is not here",
                "its link points to span feed0000 of trace 00000000");
    }

    @Test
    void link_to_a_stale_context_is_recognized() {
        SpanData stale = spans.send("orders").make();
        spans.send("orders.dead").make();
        spans.process("orders.dead").link(stale).make();

        assertFails(
                () -> assertThatSpans(spans.all()).propagates("orders.dead"),
                "A consumer span is linked to a span that is no producer of this destination",
                "its link points to [a1] send orders",
                "the message carried a stale context");
    }

    @Test
    void link_to_another_message_s_producer_is_recognized() {
        SpanData first = spans.send("orders").put("messaging.message.id", "1").make();
        spans.send("orders").put("messaging.message.id", "2").make();
        spans.process("orders").put("messaging.message.id", "2").link(first).make();

        assertFails(
                () -> assertThatSpans(spans.all()).propagates("orders"),
                "A consumer span is linked to the wrong producer",
                "[c1] process orders: its message was made by [b1] send orders (same message id 2)");
    }

    @Test
    void partition_and_offset_identify_a_message_too() {
        SpanData first = kafka(spans.send("orders"), 1).make();
        kafka(spans.send("orders"), 2).make();
        kafka(spans.process("orders"), 2).link(first).make();

        assertFails(() -> assertThatSpans(spans.all()).propagates("orders"), "(same partition 0 and offset 2)");
    }

    private static Spans.Builder kafka(Spans.Builder span, long offset) {
        return span.put("messaging.destination.partition.id", "0").put("messaging.kafka.offset", offset);
    }

    @Test
    void batch_must_account_for_each_message() {
        SpanData send = spans.send("orders").make();
        spans.process("orders")
                .put("messaging.batch.message_count", 500)
                .linkFor(send, 300)
                .put("linkspan.links.left_out", 10)
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).propagates("orders"),
                "it processed 500 messages, its links stand for 300, and linkspan.links.left_out declares 10",
                "no link for 190 messages");
    }

    @Test
    void batch_that_declares_what_it_left_out_propagates() {
        Spans.Builder batch = spans.process("orders").put("messaging.batch.message_count", 500);
        for (int i = 0; i < 128; i++) {
            batch.link(spans.send("orders").make());
        }
        batch.put("linkspan.links.left_out", 372).make();

        assertThatSpans(spans.all()).propagates("orders").hasAtMostLinks(128);
    }

    @Test
    void links_that_the_sdk_dropped_are_told() {
        SpanData send = spans.send("orders").make();
        spans.process("orders").link(send).dropped(372).make();

        assertFails(
                () -> assertThatSpans(spans.all()).hasAtMostLinks(128),
                "The SDK dropped links",
                "it dropped 372 of 373, always the last ones");
    }

    @Test
    void more_links_than_allowed_are_told() {
        SpanData send = spans.send("orders").make();
        spans.process("orders").link(send).link(send).make();

        assertFails(() -> assertThatSpans(spans.all()).hasAtMostLinks(1), "A span has more than 1 link", "it has 2");
    }

    @Test
    void context_that_a_client_send_passed_on_counts_as_the_producer() {
        SpanData create = spans.root("create orders", SpanKind.PRODUCER)
                .messaging("create", "create", "orders")
                .make();
        SpanData own = spans.root("import", SpanKind.INTERNAL).make();
        spans.root("send orders", SpanKind.CLIENT)
                .messaging("send", "send", "orders")
                .link(create)
                .link(own)
                .make();
        spans.process("orders").link(create).make();
        spans.process("orders").link(own).make();

        assertThatSpans(spans.all()).propagates("orders");
    }

    @Test
    void rabbitmq_destination_goes_by_each_part_of_its_name() {
        SpanData send = rabbit(spans.send("shop:orders")).make();
        rabbit(spans.process("shop:orders:billing")).link(send).make();

        assertThatSpans(spans.all())
                .propagates("orders")
                .propagates("shop:orders")
                .propagates("shop", "billing");
        assertFails(() -> assertThatSpans(spans.all()).propagates("order"), "No span sends to this destination");
    }

    private static Spans.Builder rabbit(Spans.Builder span) {
        return span.put("messaging.system", "rabbitmq");
    }

    @Test
    void template_names_a_destination_too() {
        SpanData send = spans.send("orders.17")
                .put("messaging.destination.template", "orders.{id}")
                .make();
        spans.process("orders.17")
                .put("messaging.destination.template", "orders.{id}")
                .link(send)
                .make();

        assertThatSpans(spans.all()).propagates("orders.{id}").propagates("orders.17");
    }

    @Test
    void batch_from_several_destinations_belongs_to_each_that_its_links_name() {
        SpanData order = spans.send("orders").make();
        SpanData bill = spans.send("bills").make();
        spans.process("")
                .without("messaging.destination.name")
                .put("messaging.batch.message_count", 2)
                .link(order.getSpanContext(), Attributes.of(Keys.DESTINATION, "orders"))
                .link(bill.getSpanContext(), Attributes.of(Keys.DESTINATION, "bills"))
                .make();

        assertThatSpans(spans.all()).propagates("orders").propagates("bills");
    }

    @Test
    void many_findings_of_a_kind_are_counted() {
        spans.send("orders").put("messaging.message.id", "1").make();
        for (int i = 0; i < 1000; i++) {
            spans.process("orders").put("messaging.message.id", "1").make();
        }

        String message = messageOf(() -> assertThatSpans(spans.all()).propagates("orders"));

        assertThat(message).contains("   - and 995 more\n", "more traces with");
        assertThat(message.lines()).hasSizeLessThan(120);
    }

    @Test
    void trace_with_the_finding_is_drawn_when_not_all_can_be() {
        for (int i = 0; i < 200; i++) {
            spans.process("orders").link(spans.send("orders").make()).make();
        }
        SpanData send = spans.send("orders").put("messaging.message.id", "last").make();
        spans.process("orders").put("messaging.message.id", "last").link(send).make();
        spans.process("orders").put("messaging.message.id", "last").make();

        assertFails(
                () -> assertThatSpans(spans.all()).propagates("orders"),
                "└╌✗ no link to [ok1] send orders, which made its message",
                "\n[ok1] send orders",
                "and 401 more traces with 401 spans, not drawn");
    }

    @Test
    void orphans_are_told_from_children_of_remote_parents() {
        SpanData send = spans.send("orders").make();
        SpanData lost = spans.root("lost", SpanKind.INTERNAL).make();
        SpanData orphan = spans.child(lost, "orphan", SpanKind.INTERNAL).make();
        SpanData server = spans.child(Spans.remote(1), "GET /", SpanKind.SERVER).make();
        SpanData process = spans.process("orders").link(send).make();

        assertThatSpans(List.of(send, process, server)).hasNoOrphans();
        assertFails(
                () -> assertThatSpans(List.of(orphan, process)).hasNoOrphans(),
                "A span's parent is missing",
                "A link points nowhere");
    }

    @Test
    void open_spans_are_told() {
        spans.send("orders").open().make();

        assertFails(() -> assertThatSpans(spans.all()).hasNoOpenSpans(), "[a1] send orders", "not ended");
    }

    @Test
    void errors_are_told() {
        spans.send("orders").failed("E", "went wrong").make();

        assertFails(() -> assertThatSpans(spans.all()).hasNoErrors(), "[a1] send orders: E: went wrong");
    }

    @Test
    void spans_that_nobody_expected_are_told_and_missing_ones_too() {
        spans.send("orders").make();
        spans.send("orders").make();

        assertThatSpans(spans.all()).hasOnlySpans("send orders", "send orders");
        assertFails(
                () -> assertThatSpans(spans.all()).hasOnlySpans("send orders", "process orders"),
                "A span was not expected",
                "- [b1] send orders",
                "A span is missing",
                "\"process orders\"");
    }

    @Test
    void description_of_the_assertion_comes_first() {
        assertFails(
                () -> assertThatSpans(List.of()).as("billing").propagates("orders"),
                "[billing] Expected that trace context propagates",
                "no span names a messaging.destination.name",
                "no spans");
    }

    @Test
    void null_spans_are_refused() {
        assertThatThrownBy(() -> assertThatSpans(null)).hasMessageContaining("spans must be a collection");
    }
}
