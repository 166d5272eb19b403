package dev.linkspan.it.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeaders;
import dev.linkspan.faults.HostileHeadersFaultContract;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.Traceparents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NatsExtension.class)
class NatsHostileHeadersFaultIT extends HostileHeadersFaultContract {

    private static final int MESSAGES = 100;

    private Fault.Opener opener;

    @BeforeEach
    void open(NatsClients nats) {
        opener = NatsFaults.on(nats);
    }

    @Override
    protected String where() {
        return NatsFaults.WHERE;
    }

    @Override
    protected Fault.Opener opener() {
        return opener;
    }

    /** Names and values are ASCII on one line, which the client that reads them takes the blanks off. */
    @Override
    protected boolean carries(List<Header> headers) {
        return headers.stream().allMatch(NatsHostileHeadersFaultIT::carries);
    }

    private static boolean carries(Header header) {
        if (header.value() == null || header.name().isEmpty()) {
            return false;
        }
        String value = new String(header.value(), StandardCharsets.UTF_8);
        return header.name().chars().allMatch(c -> c > 32 && c < 127 && c != ':')
                && value.chars().allMatch(c -> c >= 32 && c < 127)
                && value.equals(value.trim());
    }

    /** A stream takes no more. */
    @Override
    protected int mostBytes() {
        return 60_000;
    }

    @Test
    void f13_several_traceparents_are_one_link_without_the_tracestate_of_another() {
        FaultResult result = run(Fault.of("F13", "100 traceparents")
                .messages(MESSAGES)
                .headers(id -> firstOf(200))
                .arriving(id -> firstOf(100))
                .control(Invariant.I5));

        assertThat(result.linkspan().wire()).hasSize(MESSAGES).allSatisfy((id, headers) -> assertThat(headers)
                .extracting(Header::name)
                .containsExactly("traceparent"));
        assertThat(result.linkspan().spans().named("process"))
                .hasSize(MESSAGES)
                .allSatisfy(span -> assertThat(span.getLinks()).singleElement().satisfies(link -> {
                    assertThat(link.getSpanContext().getSpanId()).isEqualTo(HostileHeaders.SPAN_ID);
                    assertThat(link.getSpanContext().getTraceState().isEmpty()).isTrue();
                }));
        result.figure("1 link, to the first, without tracestate; 1 traceparent goes out");
    }

    /** The first is whom everything else that reads NATS headers takes. */
    private static List<Header> firstOf(int count) {
        List<Header> headers = new ArrayList<>(List.of(Header.of("traceparent", HostileHeaders.VALID)));
        for (int i = 1; i < count; i++) {
            headers.add(Traceparents.header(i));
        }
        headers.add(Header.of("tracestate", "of=another"));
        return headers;
    }
}
