package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Headers that a broker carries and nobody should have sent. */
@Tag("faults")
public abstract class HostileHeadersFaultContract {

    private static final int SEVERAL = 100;

    /** For the report, such as {@code nats broker}. */
    protected abstract String where();

    protected abstract Fault.Opener opener();

    /** Whether a message with these headers arrives, and with these very ones. */
    protected abstract boolean carries(List<Header> headers);

    /** As large as headers of one message may be. */
    protected abstract int mostBytes();

    /** So many traceparents, and a tracestate. The one that counts leads to {@link HostileHeaders#SPAN_ID}; the last, by default. */
    protected List<Header> traceparents(int count) {
        return HostileHeaders.copies(count);
    }

    private FaultResult run(Fault fault) {
        return fault.on(where(), opener());
    }

    @Test
    void f11_poisoned_messages_cost_their_own_link_and_nothing_else() {
        List<HostileHeaders.Case> cases = new ArrayList<>(HostileHeaders.w3c());
        cases.addAll(HostileHeaders.others());
        cases.removeIf(one -> !carries(one.headers()));
        FaultResult result = run(Fault.of("F11", "hostile headers")
                .messages(4 * cases.size())
                .arriving(id -> id % 4 == 0 ? cases.get(id / 4).headers() : null)
                .telemetry(Telemetry::naiveReadsHeaderByHand)
                .control(Invariant.I2));

        long linked = cases.stream().filter(HostileHeaders.Case::linked).count();
        result.figure("%d hostile among %d", cases.size(), 4 * cases.size());
        assertThat(cases).hasSizeGreaterThan(50);
        assertThat(TelemetryFaultContract.links(result)).hasSize((int) (3L * cases.size() + linked));
    }

    @Test
    void f12_headers_as_large_as_the_broker_takes_are_read_as_far_as_they_may_be_long() {
        List<List<Header>> kinds =
                new ArrayList<>(HostileHeaders.huge(mostBytes()).values());
        kinds.removeIf(headers -> !carries(headers));
        FaultResult result =
                run(Fault.of("F12", "huge headers").messages(2 * kinds.size()).arriving(id -> kinds.get(id / 2)));

        result.figure("%d kinds of up to %,d bytes", kinds.size(), mostBytes());
        assertThat(TelemetryFaultContract.links(result)).hasSize(2 * (kinds.size() - 1));
    }

    @Test
    void f13_several_traceparents_are_one_link_and_go_out_as_one() {
        Fault fault;
        if (carries(traceparents(SEVERAL))) {
            fault = Fault.of("F13", SEVERAL + " traceparents")
                    .headers(id -> traceparents(2 * SEVERAL))
                    .arriving(id -> traceparents(SEVERAL))
                    .control(Invariant.I5);
        } else {
            List<Header> spellings = spellings();
            fault = Fault.of("F13", spellings.size() + " spellings of traceparent")
                    .headers(id -> spellings)
                    .arriving(id -> spellings);
        }
        FaultResult result = run(fault.messages(SEVERAL));

        assertThat(result.linkspan().wire())
                .hasSize(SEVERAL)
                .allSatisfy((id, headers) ->
                        assertThat(headers).extracting(Header::name).containsExactly("traceparent"));
        assertThat(result.linkspan().spans().named("process"))
                .hasSize(SEVERAL)
                .allSatisfy(span -> assertThat(span.getLinks()).singleElement().satisfies(link -> {
                    assertThat(link.getSpanContext().getSpanId()).isEqualTo(HostileHeaders.SPAN_ID);
                    assertThat(link.getSpanContext().getTraceState().isEmpty()).isTrue();
                }));
        result.figure("1 link, without tracestate; 1 traceparent goes out");
    }

    /** For brokers with one header of a name, which compare names exactly: as many as one of them carries. */
    private List<Header> spellings() {
        List<Header> headers = new ArrayList<>(List.of(Header.of("traceparent", HostileHeaders.VALID)));
        while (headers.size() < SEVERAL) {
            headers.add(spelling(headers.size()));
            if (!carries(headers)) {
                headers.remove(headers.size() - 1);
                break;
            }
        }
        assertThat(headers).hasSizeGreaterThanOrEqualTo(10);
        return headers;
    }

    /** Of the name's eleven letters, the bits of the number are written large. */
    private static Header spelling(int number) {
        StringBuilder name = new StringBuilder("traceparent");
        for (int i = 0; i < name.length(); i++) {
            if ((number >> i & 1) == 1) {
                name.setCharAt(i, Character.toUpperCase(name.charAt(i)));
            }
        }
        return new Header(name.toString(), Traceparents.header(number).value());
    }
}
