package dev.linkspan.it.nats;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.TelemetryFaultContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NatsExtension.class)
class NatsTelemetryFaultIT extends TelemetryFaultContract {

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

    @Override
    protected boolean repeatsHeaders() {
        return true;
    }
}
