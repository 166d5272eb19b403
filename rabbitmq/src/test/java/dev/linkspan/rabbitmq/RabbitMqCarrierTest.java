package dev.linkspan.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.LongStringHelper;
import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.testing.CarrierContract;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RabbitMqCarrierTest extends CarrierContract<Map<String, Object>> {

    @Override
    protected HeaderCarrier<Map<String, Object>> carrier() {
        return RabbitMqCarrier.INSTANCE;
    }

    @Override
    protected Map<String, Object> headers() {
        return new HashMap<>();
    }

    @Override
    protected void add(Map<String, Object> headers, String name, byte[] value) {
        headers.put(name, value == null ? null : LongStringHelper.asLongString(value));
    }

    @Override
    protected boolean carries(String name, byte[] value) {
        return true;
    }

    static List<Arguments> values() {
        return List.of(
                Arguments.of(LongStringHelper.asLongString("text"), "text"),
                Arguments.of("text", "text"),
                Arguments.of("text".getBytes(UTF_8), "text"),
                Arguments.of(7, null),
                Arguments.of(7L, null),
                Arguments.of(1.5, null),
                Arguments.of(true, null),
                Arguments.of(BigDecimal.ONE, null),
                Arguments.of(new Date(0), null),
                Arguments.of(List.of("text"), null),
                Arguments.of(Map.of("text", "text"), null),
                Arguments.of(null, null));
    }

    @ParameterizedTest
    @MethodSource("values")
    void text_in_any_form_is_read_and_nothing_else_is(Object value, String expected) {
        Map<String, Object> headers = headers();
        headers.put("traceparent", value);

        assertThat(carrier().get(headers, "traceparent", 256)).isEqualTo(expected);
    }

    @Test
    void byte_array_of_a_megabyte_is_not_decoded_to_be_refused() {
        Map<String, Object> headers = headers();
        headers.put("traceparent", new byte[1 << 20]);

        assertThat(carrier().get(headers, "traceparent", 256)).hasSize(257);
    }

    @Test
    void long_string_need_not_be_in_memory() {
        byte[] text = "x".repeat(1000).getBytes(UTF_8);
        LongString held = LongStringHelper.asLongString(text);
        LongString elsewhere = new LongString() {
            @Override
            public long length() {
                return 1L << 40;
            }

            @Override
            public java.io.DataInputStream getStream() throws java.io.IOException {
                return held.getStream();
            }

            @Override
            public byte[] getBytes() {
                throw new OutOfMemoryError("a terabyte");
            }
        };
        Map<String, Object> headers = headers();
        headers.put("traceparent", elsewhere);

        assertThat(carrier().get(headers, "traceparent", 256)).hasSize(257);
    }

    @Test
    void size_is_what_the_client_counts() throws Exception {
        for (String text : List.of("", "a", "ä€", "x".repeat(70_000))) {
            assertThat((long) carrier().size("name", text)).isEqualTo(Frame.tableSize(Map.of("name", text)));
        }
        assertThat(carrier().size("traceparent", RabbitMqBench.TRACEPARENT)).isEqualTo(72);
    }

    @Test
    void name_is_accepted_up_to_the_protocol_s_limit() {
        char[] name = new char[255];
        Arrays.fill(name, 'x');

        assertThat(carrier().accepts(new String(name), "v")).isTrue();
        assertThat(carrier().accepts(new String(name) + "x", "v")).isFalse();
        assertThat(carrier().accepts("ä".repeat(128), "v")).isFalse();
    }
}
