package dev.linkspan.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.testing.CarrierContract;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class KafkaCarrierTest extends CarrierContract<Headers> {

    @Override
    protected HeaderCarrier<Headers> carrier() {
        return KafkaCarrier.INSTANCE;
    }

    @Override
    protected Headers headers() {
        return new RecordHeaders();
    }

    @Override
    protected void add(Headers headers, String name, byte[] value) {
        headers.add(name, value);
    }

    @Override
    protected boolean carries(String name, byte[] value) {
        return true;
    }

    @Override
    protected boolean carriesDuplicates() {
        return true;
    }

    @Test
    void last_copy_with_a_value_is_the_one() {
        Headers headers = Received.headers("traceparent", "first", "traceparent", "last");
        headers.add("traceparent", null);

        assertThat(carrier().get(headers, "traceparent", 256)).isEqualTo("last");
    }

    @Test
    void null_values_do_not_conflict() {
        Headers headers = new RecordHeaders();
        headers.add("traceparent", null)
                .add("traceparent", "one".getBytes(UTF_8))
                .add("traceparent", null);

        assertThat(carrier().conflicting(headers, "traceparent")).isFalse();
    }

    @Test
    void text_is_written_as_utf_8() {
        Headers headers = new RecordHeaders();
        carrier().set(headers, "baggage", "tenant=blå");

        assertThat(headers.lastHeader("baggage").value()).isEqualTo("tenant=blå".getBytes(UTF_8));
    }

    @Test
    void size_is_what_kafka_counts() {
        // a length of up to 63 takes one byte, a longer one two
        assertThat(carrier().size("a", "b".repeat(63))).isEqualTo(1 + 1 + 1 + 63);
        assertThat(carrier().size("a", "b".repeat(64))).isEqualTo(1 + 1 + 2 + 64);
        assertThat(carrier().size("ä", "€")).isEqualTo(1 + 2 + 1 + 3);
    }
}
