package dev.linkspan.testing;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Header values that an attacker, a broken client or another protocol could have written. */
final class Hostile {

    static final String VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private Hostile() {}

    /** Values of a traceparent that is no traceparent, by what is wrong with them. */
    static Map<String, byte[]> traceparents() {
        Map<String, byte[]> values = new LinkedHashMap<>();
        put(values, "empty", "");
        put(values, "a blank", " ");
        put(values, "a word", "traceparent");
        put(values, "one character short", VALID.substring(0, 54));
        put(values, "version 00 with a tail", VALID + "-x");
        put(values, "version ff", "ff" + VALID.substring(2));
        put(values, "all-zero trace id", "00-00000000000000000000000000000000-b7ad6b7169203331-01");
        put(values, "all-zero span id", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01");
        put(values, "a letter that is no digit", VALID.replace("b7ad", "g7ad"));
        put(values, "a blank before it", " " + VALID);
        put(values, "quotes around it", "\"" + VALID + "\"");
        put(values, "a line break in it", VALID.substring(0, 30) + "\r\n" + VALID.substring(32));
        put(values, "too long by far", VALID + "-" + "x".repeat(70_000));
        // propagators take this one: a later version may be longer
        put(values, "a later version, too long by far", "01" + VALID.substring(2) + "-" + "x".repeat(70_000));
        put(values, "only commas", ",".repeat(5_000));
        put(
                values,
                "the character that older propagators throw on",
                VALID.substring(0, 10) + "\uffff" + VALID.substring(11));
        put(values, "digits of another script", VALID.replace("0", "\u0660"));
        values.put("bytes that are no text", new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2, (byte) 0x80});
        values.put("text that ends within a character", new byte[] {'0', '0', '-', (byte) 0xe2, (byte) 0x82});
        values.put("zeros", new byte[55]);
        return values;
    }

    /** Values that may stand beside a valid traceparent, and must not keep it from being read. */
    static Map<String, Map.Entry<String, byte[]>> companions() {
        Map<String, Map.Entry<String, byte[]>> values = new LinkedHashMap<>();
        put(values, "64 KB of blanks as tracestate", "tracestate", " ".repeat(65_536));
        put(values, "a tracestate of commas", "tracestate", ",".repeat(20_000));
        put(values, "a tracestate with one key twice", "tracestate", "a=1,a=2");
        put(values, "a tracestate with a line break", "tracestate", "a=1\nb=2");
        put(values, "8 KB of broken baggage", "baggage", "a=%,".repeat(2_047));
        put(values, "64 KB of baggage", "baggage", "k=v,".repeat(16_384));
        put(values, "baggage that is no text", "baggage", "\u0000\u0001=\uffff");
        return values;
    }

    private static void put(Map<String, byte[]> values, String what, String value) {
        values.put(what, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(Map<String, Map.Entry<String, byte[]>> values, String what, String name, String value) {
        values.put(what, Map.entry(name, value.getBytes(StandardCharsets.UTF_8)));
    }
}
