package dev.linkspan.it.nats;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeadersFaultContract;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NatsExtension.class)
class NatsHostileHeadersFaultIT extends HostileHeadersFaultContract {

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

    /** The first is whom everything else that reads NATS headers takes. */
    @Override
    protected List<Header> traceparents(int count) {
        List<Header> headers = super.traceparents(count);
        Collections.reverse(headers);
        return headers;
    }
}
