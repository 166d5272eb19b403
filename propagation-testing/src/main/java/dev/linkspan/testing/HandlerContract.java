package dev.linkspan.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.propagation.MessageSpan;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What happens around a handler. */
@SuppressWarnings("MemberName") // tests are named as sentences
abstract class HandlerContract<O, M> extends LinkContract<O, M> {

    HandlerContract() {}

    @Test
    void handler_s_exception_comes_out_as_the_same_object_and_marks_the_span() throws Exception {
        for (Throwable thrown : List.of(
                new IOException("no"),
                new IllegalStateException("no"),
                new AssertionError("no"),
                new StackOverflowError())) {
            connect();
            String destination = client().uniqueDestination();
            M message = sendAndReceive(destination);

            Throwable caught = catchThrowable(() -> tracer().process(message, handled -> {
                throw thrown;
            }));

            assertThat(caught).isSameAs(thrown);
            assertThat(thrown.getSuppressed()).isEmpty();
            SpanNode process = onlySpanOf("process");
            assertThat(process.data.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(process.get(Keys.ERROR_TYPE)).isEqualTo(thrown.getClass().getName());
            finish();
        }
    }

    @Test
    void value_and_span_of_a_handler_come_back() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        String answer = UUID.randomUUID().toString();

        String returned = tracer().call(message, handled -> {
            inSpan("work", () -> {});
            return answer;
        });

        assertThat(returned).isSameAs(answer);
        assertThat(onlySpanOf("process").children)
                .extracting(child -> child.data.getName())
                .containsExactly("work");
    }

    @Test
    void span_of_a_framework_may_be_closed_on_another_thread() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        MessageSpan span = tracer().start(sendAndReceive(destination));
        Thread other = new Thread(span::close);
        other.start();
        other.join();

        spans().propagates(destination);
    }

    @Test
    void each_delivery_is_counted_once() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        for (int i = 0; i < 3; i++) {
            send(message(destination, "message " + i));
        }
        for (M message : receive(destination, 3)) {
            tracer().process(message, handled -> process(handled));
        }

        metrics().hasTotal(MetricConventions.SENT, 3).hasTotal(MetricConventions.CONSUMED, 3);
    }
}
