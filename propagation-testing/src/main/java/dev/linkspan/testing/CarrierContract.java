package dev.linkspan.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.linkspan.propagation.HeaderCarrier;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/**
 * Tests that every {@link HeaderCarrier} must pass. A subclass says how its headers are made; that is all.
 *
 * <pre>{@code
 * class FooCarrierTest extends CarrierContract<FooHeaders> {
 *     @Override protected HeaderCarrier<FooHeaders> carrier() { return FooCarrier.INSTANCE; }
 *     @Override protected FooHeaders headers() { return new FooHeaders(); }
 *     @Override protected void add(FooHeaders headers, String name, byte[] value) { headers.add(name, value); }
 * }
 * }</pre>
 *
 * @param <H> the broker's header type
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@SuppressWarnings("MemberName") // tests are named as sentences
public abstract class CarrierContract<H> extends CarrierShortWaysContract<H> {

    private static final int ONE_MEGABYTE = 1 << 20;
    private static final int MAX_ALLOCATED = 64 << 10;

    /** For subclasses. */
    protected CarrierContract() {}

    @Test
    void what_was_set_can_be_got() {
        H headers = headers();
        carrier().set(headers, "traceparent", Hostile.VALID);
        carrier().set(headers, "tracestate", "a=1,b=2");

        assertThat(carrier().get(headers, "traceparent", 256)).isEqualTo(Hostile.VALID);
        assertThat(carrier().get(headers, "tracestate", 512)).isEqualTo("a=1,b=2");
        assertThat(carrier().names(headers)).containsExactlyInAnyOrder("traceparent", "tracestate");
    }

    @Test
    void what_others_sent_can_be_got() {
        H headers = headers();
        add(headers, "traceparent", Hostile.VALID.getBytes(UTF_8));

        assertThat(carrier().get(headers, "traceparent", 256)).isEqualTo(Hostile.VALID);
        assertThat(carrier().names(headers)).containsExactly("traceparent");
    }

    @Test
    void set_overwrites_and_never_appends() {
        H headers = headers();
        add(headers, "traceparent", "stale".getBytes(UTF_8));
        if (carriesDuplicates()) {
            add(headers, "traceparent", "staler".getBytes(UTF_8));
        }
        carrier().set(headers, "traceparent", "one");
        carrier().set(headers, "traceparent", "two");

        assertThat(carrier().names(headers)).containsExactly("traceparent");
        assertThat(carrier().get(headers, "traceparent", 256)).isEqualTo("two");
        assertThat(carrier().conflicting(headers, "traceparent")).isFalse();
    }

    @Test
    void remove_takes_every_copy_and_nothing_else() {
        H headers = headers();
        add(headers, "traceparent", "one".getBytes(UTF_8));
        if (carriesDuplicates()) {
            add(headers, "traceparent", "two".getBytes(UTF_8));
        }
        add(headers, "tenant", "a".getBytes(UTF_8));
        carrier().remove(headers, "traceparent");
        carrier().remove(headers, "traceparent");
        carrier().remove(headers, "never-there");

        assertThat(carrier().names(headers)).containsExactly("tenant");
        assertThat(carrier().get(headers, "traceparent", 256)).isNull();
        assertThat(carrier().get(headers, "tenant", 256)).isEqualTo("a");
    }

    @Test
    void headers_without_anything_have_no_names_and_no_values() {
        assertThat(carrier().names(headers())).isEmpty();
        assertThat(carrier().get(headers(), "traceparent", 256)).isNull();
        assertThat(carrier().conflicting(headers(), "traceparent")).isFalse();
    }

    @Test
    void names_are_compared_exactly() {
        H headers = headers();
        carrier().set(headers, "Traceparent", "upper");

        assertThat(carrier().get(headers, "traceparent", 256)).isNull();
        carrier().remove(headers, "TRACEPARENT");
        assertThat(carrier().get(headers, "Traceparent", 256)).isEqualTo("upper");
    }

    @Test
    void absent_value_is_null_and_empty_value_is_empty() {
        H headers = headers();
        if (carries("none", null)) {
            add(headers, "none", null);
        }
        if (carries("empty", new byte[0])) {
            add(headers, "empty", new byte[0]);
            assertThat(carrier().get(headers, "empty", 256)).isEmpty();
        }

        assertThat(carrier().get(headers, "none", 256)).isNull();
    }

    @Test
    void text_is_neither_trimmed_nor_unquoted() {
        for (String text : new String[] {" a ", "\"a\"", "a%20b", "'a'", "a\\u0041"}) {
            if (carries("text", text.getBytes(UTF_8))) {
                H headers = headers();
                add(headers, "text", text.getBytes(UTF_8));
                assertThat(carrier().get(headers, "text", 256)).isEqualTo(text);
            }
        }
    }

    @Test
    void utf_8_is_decoded_and_replaced_where_it_is_broken() {
        for (Map.Entry<String, byte[]> text : Map.of(
                        "grün €", "grün €".getBytes(UTF_8), "a\ufffd", new byte[] {'a', (byte) 0xe2, (byte) 0x82})
                .entrySet()) {
            if (carries("text", text.getValue())) {
                H headers = headers();
                add(headers, "text", text.getValue());
                assertThat(carrier().get(headers, "text", 256)).isEqualTo(text.getKey());
            }
        }
    }

    @Test
    void copies_that_differ_are_conflicting_and_equal_ones_are_not() {
        if (!carriesDuplicates()) {
            return;
        }
        H headers = headers();
        add(headers, "traceparent", "one".getBytes(UTF_8));
        add(headers, "traceparent", "one".getBytes(UTF_8));
        assertThat(carrier().conflicting(headers, "traceparent")).isFalse();

        add(headers, "traceparent", "two".getBytes(UTF_8));
        assertThat(carrier().conflicting(headers, "traceparent")).isTrue();
        assertThat(carrier().get(headers, "traceparent", 256)).isIn("one", "two");
        if (carries("traceparent", null)) {
            add(headers, "traceparent", null);
            assertThat(carrier().get(headers, "traceparent", 256)).isIn("one", "two");
        }
    }

    @Test
    void value_that_is_too_long_is_seen_to_be() {
        H headers = headers();
        add(headers, "exact", "x".repeat(256).getBytes(UTF_8));
        add(headers, "longer", "x".repeat(257).getBytes(UTF_8));

        assertThat(carrier().get(headers, "exact", 256)).hasSize(256);
        assertThat(carrier().get(headers, "longer", 256)).hasSizeGreaterThan(256);
    }

    @Test
    void megabyte_is_not_decoded_to_be_refused() {
        H headers = headers();
        byte[] megabyte = "x".repeat(ONE_MEGABYTE).getBytes(UTF_8);
        if (!carries("traceparent", megabyte)) {
            return;
        }
        add(headers, "traceparent", megabyte);

        assertThat(carrier().get(headers, "traceparent", 256)).hasSizeGreaterThan(256);
        assertThat(Allocation.of(() -> carrier().get(headers, "traceparent", 256)))
                .as("bytes allocated to read 256 of 1 MB")
                .isLessThan(MAX_ALLOCATED);
    }

    @Test
    void hostile_values_are_only_data() {
        for (Map.Entry<String, byte[]> hostile : Hostile.traceparents().entrySet()) {
            if (carries("traceparent", hostile.getValue())) {
                assertThatCode(() -> readAll(hostile.getValue()))
                        .as(hostile.getKey())
                        .doesNotThrowAnyException();
            }
        }
    }

    private void readAll(byte[] value) {
        H headers = headers();
        add(headers, "traceparent", value);
        String text = carrier().get(headers, "traceparent", 8192);
        carrier().conflicting(headers, "traceparent");
        for (String name : carrier().names(headers)) {
            assertThat(carrier().size(name, text == null ? "" : text)).isNotNegative();
            carrier().accepts(name, text == null ? "" : text);
        }
        carrier().remove(headers, "traceparent");
        assertThat(carrier().names(headers)).isEmpty();
    }

    @Test
    void size_grows_with_name_and_value() {
        int small = carrier().size("a", "1");

        assertThat(small).isPositive();
        assertThat(carrier().size("a", "12")).isGreaterThan(small);
        assertThat(carrier().size("ab", "1")).isGreaterThan(small);
    }

    @Test
    void trace_context_is_accepted() {
        assertThat(carrier().accepts("traceparent", Hostile.VALID)).isTrue();
        assertThat(carrier().accepts("tracestate", "a=1")).isTrue();
        assertThat(carrier().accepts("baggage", "tenant=a")).isTrue();
    }
}
