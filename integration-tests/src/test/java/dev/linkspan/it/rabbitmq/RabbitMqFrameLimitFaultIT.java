package dev.linkspan.it.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Invariant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages whose headers fit into their frame, and would not fit with one more. */
@Tag("faults")
@ExtendWith(RabbitMqExtension.class)
class RabbitMqFrameLimitFaultIT {

    private static final int MESSAGES = 200;
    private static final int FRAME_MAX = 131_072;

    @Test
    void f15_message_whose_headers_fill_their_frame_is_delivered_without_context(RabbitMqClients rabbitMq) {
        List<Header> full = List.of(Header.of("filler", "x".repeat(FRAME_MAX - frameWith(""))));
        assertThat(frameWith("x".repeat(FRAME_MAX - frameWith("")))).isEqualTo(FRAME_MAX);
        List<Long> skipped = new ArrayList<>();

        FaultResult result = Fault.of("F15", "headers that fill their frame")
                .messages(MESSAGES)
                .headers(id -> id % 2 == 0 ? full : List.of())
                .telemetry(telemetry -> telemetry.beforeClose(() -> skipped.add(
                        telemetry.counted("linkspan.propagation.injected", "linkspan.outcome", "skipped"))))
                .control(Invariant.I1)
                .on(RabbitMqFaults.WHERE, RabbitMqFaults.on(rabbitMq));

        assertThat(result.bare().handledCount()).isEqualTo(MESSAGES);
        assertThat(skipped).containsExactly(0L, MESSAGES / 2L, 0L);
        result.figure("%d delivered, %d counted as skipped, numbers for confirms in step", MESSAGES, MESSAGES / 2);
    }

    private static int frameWith(String filler) {
        try {
            return RabbitMqFaults.properties(RabbitMqFaults.table(List.of(Header.of("filler", filler))))
                    .toFrame(1, 1)
                    .size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
