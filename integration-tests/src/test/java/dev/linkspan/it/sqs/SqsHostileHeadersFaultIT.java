package dev.linkspan.it.sqs;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeadersFaultContract;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SqsExtension.class)
class SqsHostileHeadersFaultIT extends HostileHeadersFaultContract {

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
}
