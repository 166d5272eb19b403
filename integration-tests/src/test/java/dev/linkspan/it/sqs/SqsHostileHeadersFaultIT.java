package dev.linkspan.it.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeaders;
import dev.linkspan.faults.HostileHeadersFaultContract;
import dev.linkspan.faults.Traceparents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SqsExtension.class)
class SqsHostileHeadersFaultIT extends HostileHeadersFaultContract {

    private static final int MESSAGES = 100;
    private static final int ATTRIBUTES = 10;

    private Fault.Opener opener;

    @BeforeEach
    void open(SqsClients sqs) {
        opener = SqsFaults.on(sqs);
    }

    @Override
    protected String where() {
        return SqsFaults.WHERE;
    }

    @Override
    protected Fault.Opener opener() {
        return opener;
    }

    /** A name stands once, and no value is empty; what is no text is binary. */
    @Override
    protected boolean carries(List<Header> headers) {
        Set<String> names = new HashSet<>();
        return headers.size() <= ATTRIBUTES
                && headers.stream()
                        .allMatch(header -> header.value() != null
                                && header.value().length > 0
                                && header.name().matches("[A-Za-z0-9_-]{1,256}")
                                && names.add(header.name()));
    }

    @Override
    protected int mostBytes() {
        return 100_000;
    }

    /** There are no two attributes of one name; but names are compared exactly. */
    @Test
    void f13_traceparents_in_ten_spellings_are_one_link_and_go_out_as_one() {
        FaultResult result = run(Fault.of("F13", "10 spellings of traceparent")
                .messages(MESSAGES)
                .headers(id -> spellings())
                .arriving(id -> spellings()));

        assertThat(result.linkspan().wire())
                .hasSize(MESSAGES)
                .allSatisfy((id, headers) ->
                        assertThat(headers).extracting(Header::name).containsExactly("traceparent"));
        assertThat(result.linkspan().spans().named("process"))
                .hasSize(MESSAGES)
                .allSatisfy(span -> assertThat(span.getLinks())
                        .singleElement()
                        .returns(
                                HostileHeaders.SPAN_ID,
                                link -> link.getSpanContext().getSpanId()));
        result.figure("1 link, to the exact name; 1 traceparent goes out");
    }

    /** In each but one, another letter is large. */
    private static List<Header> spellings() {
        String name = "traceparent";
        List<Header> headers = new ArrayList<>(List.of(Header.of(name, HostileHeaders.VALID)));
        for (int i = 0; i < ATTRIBUTES - 1; i++) {
            String other =
                    name.substring(0, i) + name.substring(i, i + 1).toUpperCase(Locale.ROOT) + name.substring(i + 1);
            headers.add(new Header(other, Traceparents.header(i + 1).value()));
        }
        return headers;
    }
}
