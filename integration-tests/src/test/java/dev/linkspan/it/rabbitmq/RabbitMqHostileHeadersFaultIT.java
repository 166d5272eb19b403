package dev.linkspan.it.rabbitmq;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeadersFaultContract;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RabbitMqExtension.class)
class RabbitMqHostileHeadersFaultIT extends HostileHeadersFaultContract {

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
}
