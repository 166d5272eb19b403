package dev.linkspan.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.HeaderCarrier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a carrier can do in a shorter way comes to the same as the long one. */
@SuppressWarnings("MemberName") // tests are named as sentences
abstract class CarrierShortWaysContract<H> {

    /** The carrier under test. */
    protected abstract HeaderCarrier<H> carrier();

    /** New headers, writable and empty. */
    protected abstract H headers();

    /**
     * Adds a header as another client of the broker would have sent it, beside any of the same name that is there if the
     * broker allows that.
     *
     * @param value the bytes; null for a header without a value. Only what {@link #carries} says is possible.
     */
    protected abstract void add(H headers, String name, byte @Nullable [] value);

    /**
     * Whether the broker's headers can hold this.
     *
     * @return true by default, except without a value
     */
    protected boolean carries(String name, byte @Nullable [] value) {
        return value != null;
    }

    /** Whether headers can hold two of one name; false by default. */
    protected boolean carriesDuplicates() {
        return false;
    }

    @Test
    void header_that_stands_alone_is_peeked_as_it_is() {
        H headers = headers();
        assertThat(peekAlone(headers)).isNull();
        add(headers, "tenant", "a".getBytes(UTF_8));
        assertThat(peekAlone(headers)).isNull();
        add(headers, "traceparent", Hostile.VALID.getBytes(UTF_8));

        assertThat(peekAlone(headers)).isEqualTo(Hostile.VALID.getBytes(UTF_8));
    }

    @Test
    void header_beside_a_related_one_does_not_stand_alone() {
        for (String beside : new String[] {"tracestate", "Traceparent"}) {
            if (carries(beside, new byte[] {'a'})) {
                H headers = headers();
                add(headers, beside, "a".getBytes(UTF_8));
                assertThat(peekAlone(headers)).as(beside).isNull();
                add(headers, "traceparent", Hostile.VALID.getBytes(UTF_8));
                assertThat(peekAlone(headers)).as(beside).isNull();
            }
        }
        if (carriesDuplicates()) {
            H headers = headers();
            add(headers, "traceparent", Hostile.VALID.getBytes(UTF_8));
            add(headers, "traceparent", "other".getBytes(UTF_8));
            assertThat(peekAlone(headers)).isNull();
        }
        if (carries("traceparent", null)) {
            H headers = headers();
            add(headers, "traceparent", null);
            assertThat(peekAlone(headers)).isNull();
        }
    }

    @Test
    void bytes_are_set_as_their_text_is() {
        H headers = headers();
        add(headers, "traceparent", "stale".getBytes(UTF_8));
        carrier().setBytes(headers, "traceparent", Hostile.VALID.getBytes(US_ASCII));

        assertThat(carrier().names(headers)).containsExactly("traceparent");
        assertThat(carrier().get(headers, "traceparent", 256)).isEqualTo(Hostile.VALID);
    }

    private byte @Nullable [] peekAlone(H headers) {
        return carrier().peekAlone(headers, "traceparent", CarrierShortWaysContract::isRelated, 256);
    }

    private static boolean isRelated(String name) {
        return name.equalsIgnoreCase("traceparent") || name.equals("tracestate");
    }
}
