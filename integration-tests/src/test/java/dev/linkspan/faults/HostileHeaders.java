package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Headers that nobody should have sent: those of the test suite that W3C has for Trace Context, and what else an attacker,
 * a broken client or another protocol could have written.
 */
public final class HostileHeaders {

    public static final String TRACE_ID = "12345678901234567890123456789012";
    public static final String SPAN_ID = "1234567890123456";
    public static final String VALID = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";

    static final String NAME = "traceparent";

    /** @param linked whether the message must be linked to {@link #VALID}; if not it must be linked to nothing */
    public record Case(String what, List<Header> headers, boolean linked) {
        @Override
        public String toString() {
            return what;
        }
    }

    private HostileHeaders() {}

    /** For the propagators of W3C's two specifications. */
    public static List<Case> w3c() {
        List<Case> cases = new ArrayList<>();
        addTraceparents(cases);
        addNames(cases);
        HostileCompanions.addTo(cases);
        return cases;
    }

    /** For B3, Jaeger and X-Ray: none of them is a context of W3C's. */
    public static List<Case> others() {
        List<Case> cases = new ArrayList<>();
        for (String value :
                List.of("", "0", "1", "d", "deny", "-", "---", TRACE_ID, TRACE_ID + "-" + SPAN_ID + "-1-", VALID)) {
            cases.add(none("b3 '" + value + "'", Header.of("b3", value)));
        }
        cases.add(none("b3 in many headers, one short", Header.of("X-B3-TraceId", TRACE_ID)));
        cases.add(none(
                "b3 with hostile flags", Header.of("X-B3-TraceId", "g".repeat(32)), Header.of("X-B3-Flags", "\uffff")));
        for (String value : List.of(
                "", ":", ":::", "::::", "%", "%zz", "0:0:0:0", TRACE_ID + "%3A", TRACE_ID + ":" + SPAN_ID + ":0:z")) {
            cases.add(none("uber-trace-id '" + value + "'", Header.of("uber-trace-id", value)));
        }
        cases.add(none(
                "Jaeger baggage",
                Header.of("uberctx-", "%"),
                Header.of("uberctx-a", "%zz"),
                Header.of("jaeger-baggage", ",=,")));
        for (String value : List.of(
                "",
                "=",
                ";",
                "Root",
                "Root=",
                "Root=1",
                "Root=1-",
                "Root=1-58406520-",
                "Parent=;Root=",
                "Sampled=?",
                "Self=;Lineage=:",
                ";".repeat(8_000),
                "Root=1-" + "z".repeat(35))) {
            cases.add(none("X-Ray of " + value.length() + " characters", Header.of("X-Amzn-Trace-Id", value)));
        }
        return cases;
    }

    /** As {@link #huge(int)}, of a megabyte. */
    public static Map<String, List<Header>> huge() {
        return huge(1_000_000);
    }

    /** Of so many bytes, beside a valid traceparent, but for the one that is huge itself. */
    public static Map<String, List<Header>> huge(int bytes) {
        Map<String, List<Header>> kinds = new LinkedHashMap<>();
        List<Header> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add(Header.of("header-" + i, "x"));
        }
        many.add(Header.of(NAME, VALID));
        kinds.put("1,000 headers", many);
        kinds.put(
                "traceparent of 1 MB",
                List.of(Header.of(NAME, "01" + VALID.substring(2) + "-" + "x".repeat(bytes))));
        for (String filler : List.of(" ", ",", "k=v,", "k=%,", "\u00e9")) {
            for (String name : List.of("tracestate", "baggage", "other")) {
                String value = filler.repeat(bytes / filler.getBytes(UTF_8).length);
                kinds.put(
                        "1 MB of '" + filler + "' as " + name, List.of(Header.of(NAME, VALID), Header.of(name, value)));
            }
        }
        kinds.put("64 KB of blanks", List.of(Header.of(NAME, VALID), Header.of("tracestate", " ".repeat(Math.min(bytes, 65_536)))));
        return kinds;
    }

    /** So many traceparents, all but the last of others, and a tracestate that is not the last one's. */
    public static List<Header> copies(int count) {
        List<Header> headers = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            headers.add(Header.of(NAME, VALID.replace("-" + SPAN_ID, String.format("-%016x", i))));
        }
        headers.add(Header.of("tracestate", "of=first"));
        headers.add(Header.of(NAME, VALID));
        return headers;
    }

    private static void addTraceparents(List<Case> cases) {
        cases.add(linked("version cc", "cc" + VALID.substring(2)));
        cases.add(linked("version cc with more fields", "cc" + VALID.substring(2) + "-what-the-future-will-be-like"));
        for (String value : List.of(
                "cc" + VALID.substring(2) + ".what-the-future-will-be-like",
                VALID + ".",
                VALID + "-what-the-future-will-be-like",
                "ff" + VALID.substring(2),
                "." + VALID.substring(1),
                "0." + VALID.substring(2),
                "0" + VALID,
                "00" + VALID,
                VALID.substring(1),
                VALID.replace(TRACE_ID, "0".repeat(32)),
                VALID.replace(TRACE_ID, "." + TRACE_ID.substring(1)),
                VALID.replace(TRACE_ID, TRACE_ID.substring(0, 31) + "."),
                VALID.replace(TRACE_ID, TRACE_ID + "3"),
                VALID.replace(TRACE_ID, TRACE_ID.substring(0, 31)),
                VALID.replace("-" + SPAN_ID, "-" + "0".repeat(16)),
                VALID.replace("-" + SPAN_ID, "-." + SPAN_ID.substring(1)),
                VALID.replace("-" + SPAN_ID, "-" + SPAN_ID.substring(0, 15) + "."),
                VALID.replace("-" + SPAN_ID, "-" + SPAN_ID + "7"),
                VALID.replace("-" + SPAN_ID, "-" + SPAN_ID.substring(0, 15)),
                VALID.substring(0, 53) + ".0",
                VALID.substring(0, 53) + "0.",
                VALID.substring(0, 53) + "001",
                VALID.substring(0, 53) + "1",
                // blanks around a value are HTTP's, whose servers take them away; no broker does
                " " + VALID,
                "\t" + VALID,
                VALID + " ",
                VALID + "\t",
                "\t " + VALID + " \t",
                "",
                "-",
                "\"" + VALID + "\"",
                VALID.replace('-', '_'),
                VALID.replace(TRACE_ID, TRACE_ID.replace('1', 'A')),
                VALID.substring(0, 30) + "\r\n" + VALID.substring(32),
                VALID.substring(0, 54) + "\u0000",
                VALID.replace("1", "\u0661"),
                VALID.substring(0, 10) + "\uffff" + VALID.substring(11),
                "\uffff".repeat(55),
                "\ud83d\ude00".repeat(20),
                VALID + "," + VALID,
                ",".repeat(10_000),
                "01" + VALID.substring(2) + "-" + "x".repeat(10_000))) {
            cases.add(none("traceparent " + shown(value), Header.of(NAME, value)));
        }
        cases.add(none("traceparent without a value", new Header(NAME, null)));
        cases.add(none("zeros", new Header(NAME, new byte[55])));
        cases.add(none("no text", new Header(NAME, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2, (byte) 0x80})));
        cases.add(none(
                "ends within a character", new Header(NAME, new byte[] {'0', '0', '-', (byte) 0xe2, (byte) 0x82})));
        cases.add(none("overlong form of a digit", new Header(NAME, new byte[] {(byte) 0xc0, (byte) 0xb0, '0', '-'})));
    }

    private static void addNames(List<Case> cases) {
        cases.add(none("nothing"));
        for (String name : List.of("TraceParent", "TrAcEpArEnT", "TRACEPARENT")) {
            cases.add(new Case(name, List.of(Header.of(name, VALID)), true));
        }
        for (String name : List.of(
                "trace-parent",
                "trace.parent",
                "",
                " ",
                "traceparent ",
                "traceparent\u0000",
                "\u0000",
                "\uff54raceparent",
                "n".repeat(30_000))) {
            cases.add(none("name " + shown(name), Header.of(name, VALID)));
        }
        String other = VALID.replace(TRACE_ID, TRACE_ID.substring(1) + "3");
        cases.add(new Case("two that differ", List.of(Header.of(NAME, other), Header.of(NAME, VALID)), true));
        cases.add(new Case("two that are equal", List.of(Header.of(NAME, VALID), Header.of(NAME, VALID)), true));
        cases.add(new Case("a value and none", List.of(Header.of(NAME, VALID), new Header(NAME, null)), true));
    }

    private static Case linked(String what, String traceparent) {
        return new Case(what, List.of(Header.of(NAME, traceparent)), true);
    }

    static Case none(String what, Header... headers) {
        return new Case(what, List.of(headers), false);
    }

    static String shown(String value) {
        StringBuilder shown = new StringBuilder("'");
        value.chars().limit(60).forEach(c -> shown.append(c > 0x20 && c < 0x7f ? (char) c : '?'));
        return shown.append("' of ").append(value.length()).toString();
    }
}
