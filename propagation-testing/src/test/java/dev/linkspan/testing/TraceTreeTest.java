package dev.linkspan.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TraceTreeTest {

    private final Spans spans = new Spans();

    @Test
    void each_trace_is_a_tree_and_links_are_arrows() {
        SpanData http = spans.root("POST /orders", SpanKind.SERVER).make();
        SpanData send = spans.sendBelow(http, "orders")
                .put("messaging.destination.partition.id", "0")
                .put("messaging.kafka.offset", 42)
                .make();
        spans.child(http, "UPDATE stock", SpanKind.CLIENT).make();
        SpanData process = spans.process("orders")
                .put("messaging.consumer.group.name", "billing")
                .put("messaging.destination.partition.id", "0")
                .put("messaging.kafka.offset", 42)
                .put("linkspan.message.delivery_count", 2)
                .link(send)
                .make();
        spans.child(process, "INSERT bills", SpanKind.CLIENT)
                .failed("java.sql.SQLException", "duplicate key")
                .make();

        assertThat(TraceTree.of(spans.all())).hasToString("""
                        trace a  0000000000000000a000000000000001
                        [a1] POST /orders (server)
                        ├─ [a2] send orders (producer, toy, partition 0, offset 42)
                        └─ [a3] UPDATE stock (client)

                        trace b  0000000000000000a000000000000002
                        [b1] process orders (consumer, toy, group billing, partition 0, offset 42, delivery 2)
                        ├╌→ linked to [a2] send orders
                        └─ [b2] INSERT bills (client)  ERROR java.sql.SQLException: duplicate key""");
    }

    @Test
    void batch_shows_a_few_links_and_counts_the_rest() {
        Spans.Builder batch = spans.process("orders").put("messaging.batch.message_count", 500);
        for (int i = 0; i < 10; i++) {
            SpanData send = spans.send("orders").make();
            batch.link(
                    send.getSpanContext(),
                    Attributes.of(
                            AttributeKey.longKey("linkspan.link.message_count"),
                            3L,
                            AttributeKey.stringKey("messaging.destination.partition.id"),
                            "7"));
        }
        SpanData made = batch.dropped(2).put("linkspan.links.left_out", 1470).make();

        assertThat(TraceTree.of(List.of(spans.all().get(0), made))).hasToString("""
                        trace a  0000000000000000a000000000000002
                        [a1] send orders (producer, toy)

                        trace b  0000000000000000a000000000000001
                        [b1] process orders (consumer, toy, 500 messages)
                        ├╌→ linked to [a1] send orders (partition 7, for 3 messages)
                        ├╌→ linked to span 50000000 of trace 00000000 (partition 7, for 3 messages), not among these spans
                        ├╌→ linked to span 50000000 of trace 00000000 (partition 7, for 3 messages), not among these spans
                        ├╌→ linked to span 50000000 of trace 00000000 (partition 7, for 3 messages), not among these spans
                        ├╌→ linked to span 50000000 of trace 00000000 (partition 7, for 3 messages), not among these spans
                        ├╌╌ and 5 more links
                        ├╌╌ and 2 links that the SDK dropped at its limit
                        └╌╌ and 1,470 messages whose links were left out""");
    }

    @Test
    void missing_parents_are_told_from_remote_ones() {
        SpanData lost = spans.root("lost", SpanKind.INTERNAL).make();
        SpanData child = spans.child(lost, "child", SpanKind.INTERNAL).make();
        SpanData remote =
                spans.child(Spans.remote(1), "remote", SpanKind.SERVER).make();

        assertThat(TraceTree.of(List.of(child, remote))).hasToString("""
                        trace a  0000000000000000a000000000000001
                        [a1] child (internal)  child of span 50000000, not among these spans

                        trace b  0000000000000000f000000000000001
                        [b1] remote (server)  child of remote span feed0000""");
    }

    @Test
    void order_of_the_spans_does_not_matter() {
        for (int i = 0; i < 20; i++) {
            SpanData send = spans.send("orders").make();
            SpanData process = spans.process("orders").link(send).make();
            spans.child(process, "step", SpanKind.INTERNAL).make();
        }
        String expected = TraceTree.of(spans.all()).toString();
        List<SpanData> shuffled = new ArrayList<>(spans.all());
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(TraceTree.of(shuffled)).hasToString(expected);
        }
        assertThat(expected).contains("trace z ", "trace aa ", "[an2] step");
    }

    @Test
    void trace_that_is_linked_to_comes_first_although_it_started_later() {
        Spans.Builder poll = spans.poll("orders");
        SpanData send = spans.send("orders").make();
        poll.link(send).make();

        assertThat(TraceTree.of(spans.all()).toString())
                .containsSubsequence("[a1] send orders", "[b1] poll orders", "linked to [a1] send orders");
    }

    @Test
    void traces_that_link_to_each_other_are_drawn_once() {
        Spans.Builder first = spans.root("first", SpanKind.INTERNAL);
        SpanData second = spans.root("second", SpanKind.INTERNAL)
                .link(first.link(Spans.remote(9), Attributes.empty()).make())
                .make();
        spans.child(spans.all().get(0), "child", SpanKind.INTERNAL).link(second).make();

        assertThat(TraceTree.of(spans.all()).toString())
                .containsOnlyOnce("] first (")
                .containsOnlyOnce("] second (");
    }

    @Test
    void spans_that_are_each_other_s_parents_are_drawn_once() {
        SpanData one = spans.root("one", SpanKind.INTERNAL).make();
        SpanData two = spans.child(one, "two", SpanKind.INTERNAL).make();
        SpanData oneBelowTwo = spans.withParent(one, two);

        assertThat(TraceTree.of(List.of(oneBelowTwo, two)).toString())
                .containsOnlyOnce("[a1] one")
                .containsOnlyOnce("└─ [a2] two");
    }

    @Test
    void drawing_is_bounded_and_says_what_is_missing() {
        for (int trace = 0; trace < 100; trace++) {
            SpanData root = spans.root("root " + trace, SpanKind.INTERNAL).make();
            for (int child = 0; child < 50; child++) {
                spans.child(root, "child", SpanKind.INTERNAL).make();
            }
        }

        String drawing = TraceTree.of(spans.all()).maxLines(40).toString();

        assertThat(drawing.lines()).hasSizeLessThanOrEqualTo(41);
        assertThat(drawing)
                .contains("└╌╌ and 38 more child spans")
                .contains("more lines of this trace, not drawn")
                .endsWith("and 97 more traces with 4,947 spans, not drawn");
    }

    @Test
    void deep_trees_are_bounded_too() {
        SpanData last = spans.root("step", SpanKind.INTERNAL).make();
        for (int i = 0; i < 20_000; i++) {
            last = spans.child(last, "step", SpanKind.INTERNAL).make();
        }

        assertThat(TraceTree.of(spans.all()).toString().length()).isLessThan(20_000);
    }

    @Test
    void hostile_names_and_values_cannot_move_the_cursor() {
        spans.root("a\nb\u001b[2J\u202e" + "x".repeat(10_000), SpanKind.INTERNAL)
                .failed("E", "line\r\nline")
                .make();

        assertThat(TraceTree.of(spans.all()).toString())
                .contains("a?b?[2J?xxx", "x... (internal)", "ERROR E: line??line")
                .hasSizeLessThan(300);
    }

    @Test
    void drawing_is_ascii_where_the_console_has_nothing_else() {
        SpanData send = spans.send("orders").make();
        SpanData process = spans.process("orders").link(send).make();
        spans.child(process, "a", SpanKind.INTERNAL).make();
        SpanData b = spans.child(process, "b", SpanKind.INTERNAL).make();
        spans.child(b, "c", SpanKind.INTERNAL).make();

        System.setProperty("linkspan.ascii", "true");
        try {
            assertThat(TraceTree.of(spans.all()).toString()).isEqualTo("""
                            trace a  0000000000000000a000000000000001
                            [a1] send orders (producer, toy)

                            trace b  0000000000000000a000000000000002
                            [b1] process orders (consumer, toy)
                            |..> linked to [a1] send orders
                            |- [b2] a (internal)
                            `- [b3] b (internal)
                               `- [b4] c (internal)""");
        } finally {
            System.setProperty("linkspan.ascii", "false");
        }
    }

    @Test
    void colors_change_nothing_but_the_colors() {
        SpanData send = spans.send("orders").failed("E", "").make();
        spans.process("orders").link(send).make();

        String colored = TraceTree.of(spans.all()).colored(true).toString();

        assertThat(colored).contains("\u001b[31m  ERROR E\u001b[0m");
        assertThat(colored.replaceAll("\u001b\\[\\d+m", ""))
                .isEqualTo(TraceTree.of(spans.all()).toString());
    }

    @Test
    void no_spans_are_said_to_be_none() {
        assertThat(TraceTree.of(List.of())).hasToString("no spans");
    }

    @Test
    void line_limit_below_one_is_refused() {
        TraceTree tree = TraceTree.of(List.of());

        assertThatThrownBy(() -> tree.maxLines(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxLines is 0 but must be at least 1");
    }
}
