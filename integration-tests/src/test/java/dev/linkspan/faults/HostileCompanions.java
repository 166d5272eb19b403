package dev.linkspan.faults;

import static dev.linkspan.faults.HostileHeaders.NAME;
import static dev.linkspan.faults.HostileHeaders.VALID;
import static dev.linkspan.faults.HostileHeaders.none;
import static dev.linkspan.faults.HostileHeaders.shown;

import dev.linkspan.faults.HostileHeaders.Case;
import java.util.List;

/** What stands beside a valid traceparent and must not cost the link. */
final class HostileCompanions {

    private HostileCompanions() {}

    static void addTo(List<Case> cases) {
        addTraceStates(cases);
        addBaggage(cases);
    }

    private static void addTraceStates(List<Case> cases) {
        cases.add(none("tracestate alone", Header.of("tracestate", "foo=1")));
        for (String value : List.of(
                "",
                "foo=1",
                "foo=",
                "=",
                ",",
                ",,,",
                "foo=1,foo=1",
                "foo=1,foo=2",
                "foo=1 \t , \t bar=2, \t baz=3",
                "foo=1,",
                "foo =1",
                "FOO=1",
                "foo.bar=1",
                "foo@=1,bar=2",
                "@foo=1,bar=2",
                "foo@@bar=1,bar=2",
                "foo@bar@baz=1,bar=2",
                "foo=bar=baz",
                "foo=,bar=3",
                "foo=1\n,bar=2",
                "\u0000=1",
                "foo=\uffff",
                "t".repeat(256) + "=1",
                "t".repeat(257) + "=1",
                "t".repeat(241) + "@" + "v".repeat(14) + "=1",
                "t@" + "v".repeat(15) + "=1",
                "foo=" + "1".repeat(256),
                "foo=" + "1".repeat(257),
                members(32),
                members(33),
                members(2_000),
                " ".repeat(8_000),
                ",".repeat(8_000))) {
            cases.add(new Case(
                    "tracestate " + shown(value),
                    List.of(Header.of(NAME, VALID), Header.of("tracestate", value)),
                    true));
        }
        cases.add(new Case(
                "tracestate in two headers",
                List.of(Header.of(NAME, VALID), Header.of("tracestate", "foo=1"), Header.of("tracestate", "bar=2")),
                true));
        cases.add(new Case(
                "tracestate without a value", List.of(Header.of(NAME, VALID), new Header("tracestate", null)), true));
    }

    private static void addBaggage(List<Case> cases) {
        for (String value : List.of(
                "",
                "=",
                ",",
                "%",
                "a=%",
                "a=%zz",
                "a=%ff",
                "a=%00",
                "=b",
                "a",
                "a=b;",
                "a=b;;=;c",
                "a=\"b\"",
                "a b=c",
                "\u0000=\u0001",
                "\uffff=\uffff",
                "a=b,a=c",
                "a=%,".repeat(2_047),
                "k=v,".repeat(2_000),
                "k=" + "v".repeat(9_000),
                "k".repeat(9_000),
                "k=" + "%41".repeat(3_000))) {
            cases.add(new Case(
                    "baggage " + shown(value), List.of(Header.of(NAME, VALID), Header.of("baggage", value)), true));
        }
    }

    private static String members(int count) {
        StringBuilder members = new StringBuilder("k0=0");
        for (int i = 1; i < count; i++) {
            members.append(",k").append(i).append('=').append(i);
        }
        return members.toString();
    }
}
