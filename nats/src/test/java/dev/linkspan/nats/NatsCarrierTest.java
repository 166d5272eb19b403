package dev.linkspan.nats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.testing.CarrierContract;
import io.nats.client.impl.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NatsCarrierTest extends CarrierContract<Headers> {

    @Override
    protected HeaderCarrier<Headers> carrier() {
        return NatsCarrier.INSTANCE;
    }

    @Override
    protected Headers headers() {
        return new Headers();
    }

    @Override
    protected void add(Headers headers, String name, byte[] value) {
        headers.add(name, new String(value, ISO_8859_1));
    }

    @Override
    protected boolean carries(String name, byte[] value) {
        return value != null && NatsCarrier.INSTANCE.accepts(name, new String(value, ISO_8859_1));
    }

    @Override
    protected boolean carriesDuplicates() {
        return true;
    }

    @Test
    void first_copy_is_the_one() {
        Headers headers = new Headers().add("traceparent", "first", "last");

        assertThat(carrier().get(headers, "traceparent", 256)).isEqualTo("first");
    }

    @Test
    void size_is_what_nats_counts() {
        Headers headers = new Headers();
        int empty = NatsCarrier.sizeOf(headers);
        headers.put("traceparent", "x".repeat(55));

        assertThat(empty + carrier().size("traceparent", "x".repeat(55))).isEqualTo(headers.serializedLength());
        assertThat(headers.serializedLength()).isEqualTo(81);
        assertThat(NatsCarrier.sizeOf(headers)).isEqualTo(81);
    }

    @ParameterizedTest
    @ValueSource(strings = {"traceparent", "Nats-Msg-Id", "!#$%&'*+-.^_`|~"})
    void name_that_is_accepted_can_be_written(String name) {
        assertThat(carrier().accepts(name, "1")).isTrue();
        assertThatCode(() -> carrier().set(new Headers(), name, "1")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:b", "é", "a\nb", "\u007f"})
    void name_that_cannot_be_written_is_not_accepted(String name) {
        assertThat(carrier().accepts(name, "1")).isFalse();
        assertThatThrownBy(() -> carrier().set(new Headers(), name, "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\tb", "!~"})
    void value_that_is_accepted_can_be_written(String value) {
        assertThat(carrier().accepts("name", value)).isTrue();
        assertThatCode(() -> carrier().set(new Headers(), "name", value)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"é", "a\nb", "a\rb", "\u0141"})
    void value_that_cannot_be_written_is_not_accepted(String value) {
        assertThat(carrier().accepts("name", value)).isFalse();
        assertThatThrownBy(() -> carrier().set(new Headers(), "name", value))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void value_is_written_into_a_copy_alone_though_copies_share_their_lists() {
        Headers original = new Headers().add("traceparent", "stale");
        Headers copy = new Headers(original);
        carrier().set(copy, "traceparent", "new");
        carrier().remove(copy, "never-there");

        assertThat(original.get("traceparent")).containsExactly("stale");
        assertThat(original.serializedLength())
                .isEqualTo(new Headers().add("traceparent", "stale").serializedLength());
    }
}
