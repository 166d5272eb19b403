package dev.linkspan.it.rabbitmq;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.TelemetryFaultContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RabbitMqExtension.class)
class RabbitMqTelemetryFaultIT extends TelemetryFaultContract {

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

    @Override
    protected boolean repeatsHeaders() {
        return false;
    }

    @Test
    void f26_collector_of_others_goes_on_inside_of_ours() {
        tracedOnce(run(Fault.of("F26", "collector of others inside").intercepted()));
    }
}
