package dev.linkspan.it.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeaders;
import dev.linkspan.faults.HostileHeadersFaultContract;
import dev.linkspan.faults.Traceparents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RabbitMqExtension.class)
class RabbitMqHostileHeadersFaultIT extends HostileHeadersFaultContract {

    private static final int MESSAGES = 100;

    private Fault.Opener opener;

    @BeforeEach
    void open(RabbitMqClients rabbitMq) {
        opener = RabbitMqFaults.on(rabbitMq);
    }

    @Override
    protected String where() {
        return RabbitMqFaults.WHERE;
    }

    @Override
    protected Fault.Opener opener() {
        return opener;
    }

    /** A name is a short string, and stands once in a table, which is in one frame. */
    @Override
    protected boolean carries(List<Header> headers) {
        Set<String> names = new HashSet<>();
        int bytes = 0;
        for (Header header : headers) {
            int name = header.name().getBytes(StandardCharsets.UTF_8).length;
            bytes += name + 6 + (header.value() == null ? 0 : header.value().length);
            if (name > 255 || !names.add(header.name())) {
                return false;
            }
        }
        return bytes < 130_000;
    }

    @Override
    protected int mostBytes() {
        return 120_000;
    }

    /** There are no two headers of one name; but names are compared exactly. */
    @Test
    void f13_traceparents_in_a_hundred_spellings_are_one_link_and_go_out_as_one() {
        FaultResult result = run(Fault.of("F13", "100 spellings of traceparent")
                .messages(MESSAGES)
                .headers(id -> spellings())
                .arriving(id -> spellings()));

        assertThat(result.linkspan().wire()).hasSize(MESSAGES).allSatisfy((id, headers) -> assertThat(headers)
                .hasSize(1));
        assertThat(result.linkspan().spans().named("process"))
                .hasSize(MESSAGES)
                .allSatisfy(span -> assertThat(span.getLinks())
                        .singleElement()
                        .returns(
                                HostileHeaders.SPAN_ID,
                                link -> link.getSpanContext().getSpanId()));
        result.figure("1 link, to the exact name; 1 traceparent goes out");
    }

    /** Of the name's eleven letters, the bits of a number are written large. */
    private static List<Header> spellings() {
        List<Header> headers = new ArrayList<>();
        for (int large = 1; large <= MESSAGES; large++) {
            StringBuilder name = new StringBuilder("traceparent");
            for (int i = 0; i < name.length(); i++) {
                if ((large >> i & 1) == 1) {
                    name.setCharAt(i, Character.toUpperCase(name.charAt(i)));
                }
            }
            headers.add(new Header(name.toString(), Traceparents.header(large).value()));
        }
        headers.add(Header.of("traceparent", HostileHeaders.VALID));
        return headers;
    }
}
