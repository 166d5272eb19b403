package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At most 8,192 bytes and 64 entries of baggage, and no broken member takes the good ones with it. */
class BaggageLimitTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "novalue",
                "=x",
                "sp ace=x",
                "a=\"q\"",
                "a=b\\c",
                "a=%zz",
                "a=%4",
                "\u00e9=1",
                "a=\u00e9",
                "(=1",
                "a=\u0000"
            })
    void broken_member_is_dropped_and_the_others_reach_the_handler(String broken) {
        Baggage baggage = received("first=1," + broken + ",last=2");

        assertThat(baggage.asMap()).containsOnlyKeys("first", "last");
        assertThat(rejected("malformed")).isOne();
    }

    @Test
    void broken_baggage_never_voids_the_link() {
        received("\uffff");

        assertThat(links(recorded.span("process orders"))).containsExactly(Headers.ORIGIN);
    }

    @Test
    void well_formed_baggage_is_passed_on_as_it_is() {
        Baggage baggage = received(" tenant = blue%20sky ;meta=1;x , user=7");

        assertThat(baggage.getEntryValue("tenant")).isEqualTo("blue sky");
        assertThat(baggage.getEntryValue("user")).isEqualTo("7");
        assertThat(rejected("malformed")).isZero();
    }

    @Test
    void sixty_four_entries_are_taken_and_the_rest_is_counted() {
        assertThat(received(entries(100, 3)).size()).isEqualTo(64);
        assertThat(rejected("oversized")).isOne();
        assertThat(rejected("malformed")).isZero();
    }

    @Test
    void members_beyond_8192_bytes_are_dropped_whole() {
        Baggage baggage = received(entries(50, 500));

        assertThat(baggage.size()).isEqualTo(16);
        baggage.forEach((key, entry) -> assertThat(entry.getValue()).hasSize(500));
    }

    @Test
    void member_that_a_broker_carrier_cut_in_half_is_dropped() {
        // 2 bytes a character: cut at 8,193 bytes the text has fewer characters than the limit
        String value = "a=" + "\u00e9".repeat(100) + "," + entries(40, 250);
        String cut = HeaderCarrier.decode(value.getBytes(StandardCharsets.UTF_8), 8_192);
        assertThat(cut.length()).isLessThan(8_192);

        received(cut).forEach((key, entry) -> assertThat(entry.getValue()).hasSize(250));
    }

    @Test
    void sent_baggage_is_limited_to_64_entries_and_the_cut_is_counted() {
        ToyMessage sent = sentWith(baggage(100, 3));

        assertThat(sent.headers().get("baggage").get(0).split(",")).hasSize(64);
        assertThat(rejected("oversized")).isOne();
    }

    @Test
    void sent_baggage_is_limited_to_8192_bytes_and_the_cut_is_counted() {
        ToyMessage sent = sentWith(baggage(50, 500));

        List<String> values = sent.headers().get("baggage");
        assertThat(values)
                .singleElement()
                .satisfies(value -> assertThat(value.length()).isBetween(7_000, 8_192));
        assertThat(rejected("oversized")).isOne();
        assertThat(sent.headers()).containsKey("traceparent");
    }

    @Test
    void message_without_baggage_leaves_the_ambient_baggage() {
        Baggage ambient = Baggage.builder().put("tenant", "ambient").build();
        try (Scope scope = Context.root().with(ambient).makeCurrent()) {
            Baggage seen = queue.messages().call(ToyMessage.to("orders"), message -> Baggage.current());
            assertThat(seen.getEntryValue("tenant")).isEqualTo("ambient");
        }
    }

    @Test
    void message_baggage_replaces_the_ambient_baggage() {
        Baggage ambient =
                Baggage.builder().put("tenant", "ambient").put("user", "7").build();
        try (Scope scope = Context.root().with(ambient).makeCurrent()) {
            Baggage seen = received("tenant=blue");
            assertThat(seen.asMap()).containsOnlyKeys("tenant");
            assertThat(seen.getEntryValue("tenant")).isEqualTo("blue");
            assertThat(Baggage.current()).isEqualTo(ambient);
        }
    }

    private Baggage received(String header) {
        return queue.messages()
                .call(
                        ToyMessage.to("orders")
                                .header("traceparent", TRACEPARENT)
                                .header("baggage", header),
                        message -> Baggage.current());
    }

    private ToyMessage sentWith(Baggage baggage) {
        try (Scope scope = Context.root().with(baggage).makeCurrent()) {
            return queue.send(ToyMessage.to("orders"));
        }
    }

    private long rejected(String reason) {
        return recorded.count("linkspan.propagation.rejected", "linkspan.reason", reason);
    }

    private static String entries(int count, int length) {
        return IntStream.range(0, count)
                .mapToObj(i -> "key" + i + "=" + "v".repeat(length))
                .collect(Collectors.joining(","));
    }

    private static Baggage baggage(int entries, int length) {
        BaggageBuilder builder = Baggage.builder();
        for (int i = 0; i < entries; i++) {
            builder.put("key" + i, "v".repeat(length));
        }
        return builder.build();
    }
}
