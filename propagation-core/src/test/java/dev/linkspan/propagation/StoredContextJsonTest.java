package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** A context as the text of a JSON object, written by us and read from anyone. */
class StoredContextJsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "",
                "q\"uote",
                "back\\slash",
                "/",
                "tab\tnew\nline\r",
                "\u0000\u0001\u001f",
                "\u00e9\u20ac",
                "\ud83d\ude00",
                "</script>",
                "{}",
                "[1,2]",
                "\u2028"
            })
    void text_goes_into_json_and_comes_back(String text) {
        Map<String, String> context = Map.of("value", text, "na\"me\n", "x");

        assertThat(PayloadCarrier.fromJson(PayloadCarrier.toJson(context))).isEqualTo(context);
    }

    @Test
    void json_has_its_keys_in_order_and_only_texts() {
        Map<String, Object> context = new HashMap<>();
        context.put("b", "2");
        context.put("a", "1");
        context.put("n", 7);
        context.put("nothing", null);
        context.put(null, "x");

        assertThat(PayloadCarrier.toJson(context)).isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
        assertThat(PayloadCarrier.toJson(Map.of())).isEqualTo("{}");
        assertThatNullPointerException()
                .isThrownBy(() -> PayloadCarrier.toJson(null))
                .withMessageContaining("context");
    }

    @Test
    void json_written_by_others_is_read() {
        Map<String, Object> read = PayloadCarrier.fromJson(" \n{ \"a\" : \"\\u0041\\/\\b\\f\\n\\r\\t\\\\\\\"\" ,\t"
                + "\"n\":-1.5e+3, \"t\":true,\"f\":false,\"z\":null,"
                + "\"o\":{\"x\":[1,{\"y\":\"}\"},[]],\"e\":{}}, \"b\":\"2\"} ");

        assertThat(read).isEqualTo(Map.of("a", "A/\b\f\n\r\t\\\"", "b", "2"));
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                " ",
                "null",
                "[]",
                "\"x\"",
                "7",
                "{",
                "}",
                "{]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":\"1\"",
                "{\"a\":\"1\",}",
                "{\"a\":\"1\"}x",
                "{\"a\":\"1\"}{}",
                "{a:\"1\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\u",
                "{\"a\":\"\\",
                "{'a':'1'}",
                "{\"a\":[}",
                "{\"a\":[1,]}",
                "{\"a\":{\"b\"}}",
                "{,}",
                "{\"a\":\"1\" \"b\":\"2\"}",
                "{\"a\":\"1\"}\u0000",
                "{\"a\":\"1\"}\u0000x",
                "\u0000",
                "{\"a\":\"\\u\u0661\u0661\u0661\u0661\"}"
            })
    void what_is_no_json_object_has_no_entries(@Nullable String json) {
        assertThat(PayloadCarrier.fromJson(json)).isEmpty();
    }

    @Test
    void nesting_and_length_are_bounded() {
        String deep = "{\"a\":\"1\",\"d\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
        String shallow = "{\"a\":\"1\",\"d\":" + "[".repeat(20) + "]".repeat(20) + "}";
        String tooLong = "{\"a\":\"" + "x".repeat(32_768) + "\"}";

        assertThat(PayloadCarrier.fromJson(deep)).isEmpty();
        assertThat(PayloadCarrier.fromJson(shallow)).isEqualTo(Map.of("a", "1"));
        assertThat(PayloadCarrier.fromJson(tooLong)).isEmpty();
    }

    @Test
    void what_is_read_can_be_written_to() {
        Map<String, Object> read = PayloadCarrier.fromJson(null);
        read.put("a", "1");

        assertThat(read).hasSize(1);
    }

    @Test
    void no_mutation_of_json_makes_the_reader_throw() {
        String valid = "{\"traceparent\":\"" + TRACEPARENT + "\",\"n\":[1,{\"x\":\"\\u0041\"}],\"b\":null}";
        Random random = new Random(20_261_121);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder json = new StringBuilder(valid);
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(json.length());
                switch (random.nextInt(3)) {
                    case 0 -> json.deleteCharAt(at);
                    case 1 -> json.insert(at, "{}[]\",:\\u0 ".charAt(random.nextInt(11)));
                    default -> json.setCharAt(at, (char) random.nextInt(0x10000));
                }
            }
            String mutated = json.toString();
            assertThatCode(() -> PayloadCarrier.fromJson(mutated)).as(mutated).doesNotThrowAnyException();
        }
    }
}
