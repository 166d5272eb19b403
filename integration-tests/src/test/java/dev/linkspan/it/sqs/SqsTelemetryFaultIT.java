package dev.linkspan.it.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.TelemetryFaultContract;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SqsExtension.class)
class SqsTelemetryFaultIT extends TelemetryFaultContract {

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

    /** Each send is a request of HTTP. */
    @Override
    protected int messages() {
        return 100;
    }

    @Override
    protected boolean slowSends() {
        return true;
    }

    @Override
    protected String sendOperation() {
        return "send";
    }

    @Override
    protected boolean repeatsHeaders() {
        return false;
    }

    /** The limit of sizes is none of the emulator's: that one has unit tests. */
    @Test
    void f15_message_with_ten_attributes_is_delivered_and_linked_by_what_is_none_of_them() {
        List<Header> ten = IntStream.range(0, 10)
                .mapToObj(i -> Header.of("own-" + i, "value"))
                .toList();
        FaultResult result = run(Fault.of("F15", "ten attributes of the application's own")
                .headers(id -> ten)
                .control(Invariant.I1));

        assertThat(result.linkspan().wire())
                .hasSize(messages())
                .allSatisfy((id, headers) -> assertThat(headers).hasSize(10));
        assertThat(links(result)).hasSize(messages());
        result.figure("%d delivered, all linked by AWSTraceHeader", messages());
    }
}
