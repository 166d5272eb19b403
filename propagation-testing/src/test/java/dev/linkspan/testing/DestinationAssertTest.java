package dev.linkspan.testing;

import static dev.linkspan.testing.Failures.assertFails;
import static dev.linkspan.testing.LinkspanAssertions.assertThatSpans;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DestinationAssertTest {

    private final Spans spans = new Spans();

    @Test
    void destinations_are_looked_at_one_by_one() {
        SpanData order = spans.send("orders").make();
        spans.process("orders").link(order).make();
        spans.send("bills").make();
        spans.process("bills").make();

        assertThatSpans(spans.all())
                .destination("orders")
                .isLinked()
                .hasNoProducerAsAncestor()
                .hasSeparateTraces()
                .hasAtMostLinks(1)
                .hasProducerSpans(1)
                .hasReceiveSpans(0)
                .hasProcessSpans(1)
                .and()
                .hasNoErrors();
        assertFails(
                () -> assertThatSpans(spans.all()).destination("bills").isLinked(),
                "Expected that each consumer span of \"bills\" is linked to its producer",
                "[d1] process bills: it was made by [c1] send bills (the only producer)");
    }

    @Test
    void consumer_may_know_the_destination_by_another_name() {
        SpanData send = spans.send("orders").make();
        spans.process("orders.dead").link(send).make();

        assertThatSpans(spans.all()).destination("orders", "orders.dead").isLinked();
    }

    @Test
    void producer_further_up_is_an_ancestor_too() {
        SpanData send = spans.send("orders").make();
        SpanData poll = spans.child(send, "poll orders", SpanKind.CLIENT)
                .messaging("poll", "receive", "orders")
                .link(send)
                .make();
        spans.child(poll, "process orders", SpanKind.CONSUMER)
                .messaging("process", "process", "orders")
                .link(send)
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasNoProducerAsAncestor(),
                "[a2] poll orders: it is below [a1] send orders",
                "[a3] process orders: it is below [a1] send orders");
    }

    @Test
    void producer_in_another_process_is_recognized_as_parent() {
        spans.child(Spans.remote(1), "process orders", SpanKind.CONSUMER)
                .messaging("process", "process", "orders")
                .link(Spans.remote(1), Attributes.empty())
                .make();

        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasNoProducerAsAncestor(),
                "[a1] process orders: it is below span feed0000 of trace 00000000");
    }

    @Test
    void ancestor_that_sent_something_else_is_allowed() {
        SpanData send = spans.send("orders").make();
        SpanData other = spans.send("orders").make();
        spans.child(other, "process orders", SpanKind.CONSUMER)
                .messaging("process", "process", "orders")
                .link(send)
                .make();

        assertThatSpans(spans.all()).destination("orders").hasNoProducerAsAncestor();
    }

    @Test
    void shared_trace_is_told_whatever_the_parent() {
        SpanData test = spans.root("test", SpanKind.INTERNAL).make();
        SpanData send = spans.sendBelow(test, "orders").make();
        spans.child(test, "process orders", SpanKind.CONSUMER)
                .messaging("process", "process", "orders")
                .link(send)
                .make();

        assertThatSpans(spans.all()).propagates("orders");
        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasSeparateTraces(),
                "[a3] process orders: it shares a trace with [a2] send orders");
    }

    @Test
    void request_and_reply_may_be_parent_and_child() {
        SpanData send = spans.send("requests").make();
        spans.child(send, "process requests", SpanKind.CONSUMER)
                .messaging("process", "process", "requests")
                .link(send)
                .make();
        SpanData order = spans.send("orders").make();
        spans.process("orders").link(order).make();

        assertThatSpans(spans.all()).destination("requests").hasProducerAsParent();
        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasProducerAsParent(),
                "A process span is no child of its producer",
                "it is a root");
    }

    @Test
    void consumer_alone_is_held_against_a_given_context() {
        spans.process("orders").link(Spans.remote(1), Attributes.empty()).make();

        assertThatSpans(spans.all()).destination("orders").consumersLinkTo(Spans.remote(1), Spans.remote(2));
        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").consumersLinkTo(Spans.remote(3)),
                "A consumer span is not linked to the context that its message carried",
                "its link points to span feed0000");
        assertFails(
                () -> assertThatSpans(spans.all()).destination("bills").consumersLinkTo(Spans.remote(3)),
                "No span receives from this destination");
    }

    @Test
    void message_without_context_has_no_link() {
        spans.process("orders").make();
        spans.process("bills").link(Spans.remote(1), Attributes.empty()).make();

        assertThatSpans(spans.all()).destination("orders").hasNoLinks();
        assertFails(() -> assertThatSpans(spans.all()).destination("bills").hasNoLinks(), "A consumer span has a link");
        assertFails(
                () -> assertThatSpans(spans.all()).destination("none").hasNoLinks(),
                "No span receives from this destination");
    }

    @Test
    void batch_is_one_span_however_large() {
        spans.process("orders").put("messaging.batch.message_count", 500).make();
        spans.process("orders").put("messaging.batch.message_count", 20).make();

        assertThatSpans(spans.all()).destination("orders").hasBatches(20, 500);
        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasBatches(500),
                "A process span stands for a batch of another size",
                "20 messages");
        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasBatches(20, 500, 500),
                "no process span stands for a batch of [500]");
    }

    @Test
    void span_per_message_is_no_batch() {
        spans.process("orders").make();
        spans.process("orders").make();

        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasBatches(2),
                "A process span stands for a single message",
                "no process span stands for a batch of [2]");
    }

    @Test
    void wrong_number_of_spans_is_told_with_those_that_there_are() {
        spans.send("orders").make();
        spans.send("orders").make();

        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasProducerSpans(1),
                "The number of producer spans is 2, not 1",
                "[a1] send orders, [b1] send orders");
        assertFails(
                () -> assertThatSpans(spans.all()).destination("orders").hasProcessSpans(1),
                "The number of process spans is 0, not 1");
    }
}
