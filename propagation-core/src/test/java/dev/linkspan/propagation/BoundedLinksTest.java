package dev.linkspan.propagation;

import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which links a batch keeps. The messages are numbers. */
class BoundedLinksTest {

    private static final AttributeKey<String> SAME = stringKey("same");
    private static final AttributeKey<String> NUMBER = stringKey("number");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 64, 127, 128, 129, 255, 256, 257, 258, 1_000, 4_096, 10_000, 100_003})
    void no_message_goes_uncounted(int messages) {
        BoundedLinks.Result result = of(128, messages, i -> true).result();

        assertThat(result.links()).hasSize(Math.min(128, messages));
        assertThat(result.leftOut()).isEqualTo(messages - Math.min(128, messages));
    }

    @ParameterizedTest
    @ValueSource(ints = {129, 257, 1_000, 10_000, 100_003})
    void kept_links_stand_in_message_order_and_begin_with_the_first(int messages) {
        List<Integer> kept = numbers(of(128, messages, i -> true).result());

        assertThat(kept).isSorted().doesNotHaveDuplicates().startsWith(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {129, 257, 1_000, 10_000, 100_003})
    void kept_links_are_spread_over_the_whole_batch(int messages) {
        List<Integer> kept = numbers(of(128, messages, i -> true).result());

        int widest = messages - kept.get(kept.size() - 1);
        for (int i = 1; i < kept.size(); i++) {
            widest = Math.max(widest, kept.get(i) - kept.get(i - 1));
        }
        // even spacing would be messages / 128; the stride doubles, so a gap is at most a few strides
        assertThat(widest).isLessThanOrEqualTo(2 + 3 * messages / 128);
    }

    @Test
    void every_partition_of_a_batch_ordered_by_partition_keeps_a_link() {
        int perPartition = 500;
        List<Integer> kept = numbers(of(128, 20 * perPartition, i -> true).result());

        Set<Integer> partitions = new HashSet<>();
        kept.forEach(number -> partitions.add(number / perPartition));
        assertThat(partitions).hasSize(20);
    }

    @Test
    void unsampled_links_give_way_to_sampled_ones() {
        List<Integer> kept = numbers(of(128, 1_000, i -> i % 10 == 5).result());

        assertThat(kept).hasSize(128);
        assertThat(kept).filteredOn(i -> i % 10 == 5).hasSize(100);
    }

    @Test
    void sampled_links_at_the_very_end_are_kept() {
        List<Integer> kept = numbers(of(128, 10_000, i -> i >= 9_990).result());

        assertThat(kept).contains(9_990, 9_991, 9_992, 9_993, 9_994, 9_995, 9_996, 9_997, 9_998, 9_999);
    }

    @Test
    void first_link_is_kept_even_if_it_is_the_only_one_not_sampled() {
        List<Integer> kept = numbers(of(128, 1_000, i -> i > 0).result());

        assertThat(kept).startsWith(0).hasSize(128);
    }

    @Test
    void link_that_may_not_be_first_gives_way_to_one_that_may() {
        BoundedLinks<Integer> links = new BoundedLinks<>(1, i -> Attributes.empty());
        links.add(context(0, false), 0, false);
        links.add(context(1, false), 1, true);

        assertThat(numbers(links.result())).containsExactly(1);
    }

    @Test
    void one_link_is_the_first_message() {
        assertThat(numbers(of(1, 1_000, i -> true).result())).containsExactly(0);
    }

    @Test
    void equal_contexts_are_one_link_wherever_they_stand() {
        BoundedLinks<Integer> links = new BoundedLinks<>(128, BoundedLinksTest::attributes);
        for (int i = 0; i < 500; i++) {
            links.add(context(i % 3, true), i, true);
        }
        BoundedLinks.Result result = links.result();

        assertThat(numbers(result)).containsExactly(0, 1, 2);
        assertThat(result.links())
                .extracting(link -> link.attributes().get(Semconv.LINK_MESSAGE_COUNT))
                .containsExactly(167L, 167L, 166L);
        assertThat(result.leftOut()).isZero();
    }

    @Test
    void link_of_many_messages_keeps_only_the_attributes_equal_for_all() {
        BoundedLinks<Integer> links = new BoundedLinks<>(128, BoundedLinksTest::attributes);
        links.add(context(7, true), 1, true);
        links.add(context(7, true), 2, true);

        assertThat(links.result().links().get(0).attributes())
                .isEqualTo(Attributes.of(SAME, "always", Semconv.LINK_MESSAGE_COUNT, 2L));
    }

    @Test
    void link_of_one_message_keeps_its_attributes_and_no_count() {
        assertThat(of(128, 1, i -> true).result().links().get(0).attributes())
                .isEqualTo(Attributes.of(SAME, "always", NUMBER, "0"));
    }

    @Test
    void message_whose_link_was_dropped_is_left_out_with_all_its_copies() {
        BoundedLinks<Integer> links = new BoundedLinks<>(1, i -> Attributes.empty());
        links.add(context(0, true), 0, true);
        for (int i = 0; i < 10; i++) {
            links.add(context(1, true), i, true);
        }

        assertThat(links.result().leftOut()).isEqualTo(10);
    }

    @Test
    void attributes_are_worked_out_only_for_links_that_are_kept() {
        int[] asked = {0};
        BoundedLinks<Integer> links = new BoundedLinks<>(128, i -> {
            asked[0]++;
            return Attributes.empty();
        });
        for (int i = 0; i < 10_000; i++) {
            links.add(context(i, true), i, true);
        }
        links.result();

        assertThat(asked[0]).isEqualTo(128);
    }

    @Test
    void memory_is_bounded_by_links_and_not_by_messages() {
        BoundedLinks<Integer> links = of(128, 100_000, i -> i % 2 == 0);

        assertThat(links.size()).isLessThanOrEqualTo(4 * 128 + 3);
    }

    private static BoundedLinks<Integer> of(int maxLinks, int messages, IntPredicate sampled) {
        BoundedLinks<Integer> links = new BoundedLinks<>(maxLinks, BoundedLinksTest::attributes);
        for (int i = 0; i < messages; i++) {
            links.add(context(i, sampled.test(i)), i, true);
        }
        return links;
    }

    private static Attributes attributes(int number) {
        return Attributes.of(SAME, "always", NUMBER, Integer.toString(number));
    }

    private static SpanContext context(int number, boolean sampled) {
        return SpanContext.createFromRemoteParent(
                Headers.traceId(number),
                Headers.spanId(number),
                sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    private static List<Integer> numbers(BoundedLinks.Result result) {
        return result.links().stream()
                .map(link -> Integer.parseInt(link.context().getSpanId(), 16) - 1)
                .toList();
    }
}
