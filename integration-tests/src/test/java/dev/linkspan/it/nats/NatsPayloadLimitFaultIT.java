package dev.linkspan.it.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Invariant;
import io.nats.client.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Messages that fit, and would not fit with one header more. */
@Tag("faults")
class NatsPayloadLimitFaultIT {

    private static final int MESSAGES = 200;
    private static final int LIMIT = 10_000;

    @Test
    void f15_message_at_the_payload_limit_is_delivered_without_context() {
        try (NatsServer server = NatsServer.BROKERS.start(Map.of("max_payload", Integer.toString(LIMIT)));
                NatsClients nats = new NatsClients(server, "NatsPayloadLimitFaultIT")) {
            List<Long> skipped = new ArrayList<>();

            FaultResult result = Fault.of("F15", "message at max_payload")
                    .messages(MESSAGES)
                    .headers(NatsPayloadLimitFaultIT::filling)
                    .telemetry(telemetry -> telemetry.beforeClose(() -> skipped.add(
                            telemetry.counted("linkspan.propagation.injected", "linkspan.outcome", "skipped"))))
                    .control(Invariant.I1)
                    .on(NatsFaults.WHERE, NatsFaults.on(nats));

            assertThat(result.bare().handledCount()).isEqualTo(MESSAGES);
            assertThat(skipped).containsExactly(0L, (long) MESSAGES, 0L);
            result.figure("%d delivered and counted as skipped, at %d bytes exactly", MESSAGES, LIMIT);
        }
    }

    /** Headers count with the body. */
    private static List<Header> filling(int id) {
        String filler = "x".repeat(LIMIT - payload(id, List.of(Header.of("filler", ""))));
        List<Header> headers = List.of(Header.of("filler", filler));
        assertThat(payload(id, headers)).isEqualTo(LIMIT);
        return headers;
    }

    private static int payload(int id, List<Header> headers) {
        Message message = NatsFaults.message("any", id, headers);
        return message.getHeaders().serializedLength() + message.getData().length;
    }
}
