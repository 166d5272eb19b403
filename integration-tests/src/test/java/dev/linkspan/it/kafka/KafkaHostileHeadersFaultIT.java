package dev.linkspan.it.kafka;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeadersFaultContract;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KafkaExtension.class)
class KafkaHostileHeadersFaultIT extends HostileHeadersFaultContract {

    private Fault.Opener opener;

    @BeforeEach
    void open(KafkaClients kafka) {
        opener = KafkaFaults.on(kafka);
    }

    @Override
    protected String where() {
        return KafkaFaults.WHERE;
    }

    @Override
    protected Fault.Opener opener() {
        return opener;
    }

    /** Any bytes, under any name, as often as one likes. */
    @Override
    protected boolean carries(List<Header> headers) {
        return true;
    }

    @Override
    protected int mostBytes() {
        return 1_000_000;
    }
}
