package dev.linkspan.propagation;

import static dev.linkspan.propagation.RecordedTelemetry.id;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handles for callers that are called back twice. */
class MessageSpanTest {

    private static final ToyMessage MESSAGE = ToyMessage.to("orders");

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());
    private final ExecutorService threads = Executors.newFixedThreadPool(8);

    @AfterEach
    void stop_threads() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, SECONDS)).isTrue();
    }

    @Test
    void handle_makes_nothing_current_by_itself() {
        MessageSpan handle = queue.messages().start(MESSAGE);

        assertThat(Context.current()).isSameAs(Context.root());
        handle.close();
    }

    @Test
    void handle_makes_its_context_current_on_any_thread_and_ends_on_another() throws Exception {
        MessageSpan handle = queue.messages().start(MESSAGE.header("baggage", "tenant=blue"));
        String current = onAnotherThread(() -> {
            try (Scope scope = handle.makeCurrent()) {
                return id(Span.current().getSpanContext()) + Baggage.current().getEntryValue("tenant");
            }
        });
        onAnotherThread(() -> {
            handle.close();
            return null;
        });

        assertThat(current).isEqualTo(id(recorded.span("process orders")) + "blue");
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void closing_twice_ends_and_counts_once() {
        MessageSpan send = queue.sender().start(MESSAGE);
        send.close();
        send.close();
        send.error(new IllegalStateException("too late")).close();

        assertThat(recorded.span("send orders").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(recorded.count("messaging.client.sent.messages")).isOne();
    }

    @Test
    void closing_on_many_threads_at_once_ends_and_counts_once() throws Exception {
        for (int round = 0; round < 100; round++) {
            MessageSpan send = queue.sender().start(MESSAGE);
            CyclicBarrier together = new CyclicBarrier(8);
            List<Future<?>> closing = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                closing.add(threads.submit(() -> {
                    together.await();
                    send.close();
                    return null;
                }));
            }
            for (Future<?> each : closing) {
                each.get(10, SECONDS);
            }
        }

        assertThat(recorded.spans()).hasSize(100);
        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(100);
    }

    @Test
    void error_may_be_null_so_that_a_callbacks_argument_can_be_passed_on() {
        queue.messages().start(MESSAGE).error(null).close();

        assertThat(recorded.span("process orders").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void error_may_be_a_brokers_code() {
        queue.messages().start(MESSAGE).error("NOT_ENOUGH_REPLICAS", "2 of 3").close();

        assertThat(recorded.span("process orders").getStatus().getDescription()).isEqualTo("2 of 3");
        assertThat(recorded.span("process orders").getAttributes().get(Semconv.ERROR_TYPE))
                .isEqualTo("NOT_ENOUGH_REPLICAS");
        assertThat(recorded.span("process orders").getEvents()).isEmpty();
    }

    @Test
    void exception_whose_methods_throw_is_an_error_all_the_same() {
        @SuppressWarnings("serial")
        class Broken extends CompletionException {
            @Override
            public synchronized Throwable getCause() {
                throw new IllegalStateException("no cause");
            }

            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }
        }
        queue.messages().start(MESSAGE).error(new Broken()).close();
        queue.messages().start(MESSAGE).error(new Broken(), "3 of 10 failed").close();

        assertThat(recorded.spans("process orders"))
                .hasSize(2)
                .allSatisfy(span ->
                        assertThat(span.getAttributes().get(Semconv.ERROR_TYPE)).endsWith("Broken"));
        assertThat(recorded.spans("process orders").get(1).getStatus().getDescription())
                .isEqualTo("3 of 10 failed");
    }

    @Test
    void attributes_are_written_until_the_handle_is_closed() {
        MessageSpan send = queue.sender().start(MESSAGE);
        send.put(stringKey("a"), "1");
        send.put(stringKey("nothing"), null);
        send.partition("4");
        send.close();
        send.put(stringKey("late"), "1");

        assertThat(send.isRecording()).isFalse();
        var attributes = recorded.span("send orders").getAttributes();
        assertThat(attributes.get(stringKey("a"))).isEqualTo("1");
        assertThat(attributes.get(Semconv.PARTITION_ID)).isEqualTo("4");
        assertThat(attributes.get(stringKey("nothing"))).isNull();
        assertThat(attributes.get(stringKey("late"))).isNull();
    }

    @Test
    void callback_of_the_application_runs_in_the_callers_context() throws Exception {
        Span caller = recorded.startSpan("caller");
        MessageSpan send;
        try (Scope scope = caller.makeCurrent()) {
            send = queue.sender().start(MESSAGE);
        }
        String current = onAnotherThread(() -> {
            try (Scope scope = send.makeCallerCurrent()) {
                return id(Span.current().getSpanContext());
            }
        });
        send.close();

        assertThat(current).isEqualTo(id(caller.getSpanContext()));
    }

    @Test
    void work_of_nobody_runs_in_the_root_context_and_leaves_the_callers_behind() {
        Span caller = recorded.startSpan("caller");
        try (Scope scope = caller.makeCurrent()) {
            Context before = Context.current();
            try (Scope root = queue.messages().makeRootCurrent()) {
                assertThat(Context.current()).isSameAs(Context.root());
            }
            assertThat(Context.current()).isSameAs(before);
        }
    }

    @Test
    void one_sender_and_one_tracer_serve_many_threads() throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            running.add(threads.submit(() -> {
                for (int i = 0; i < 250; i++) {
                    try (MessageSpan send = queue.sender().start(MESSAGE)) {
                        ToyMessage carried = ToyMessage.to("orders");
                        assertThat(queue.sender().inject(send, carried.headers()))
                                .isTrue();
                        queue.messages().process(carried, message -> {});
                    }
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(60, SECONDS);
        }

        assertThat(recorded.spans("send orders"))
                .extracting(RecordedTelemetry::id)
                .doesNotHaveDuplicates()
                .hasSize(2_000);
        assertThat(recorded.spans("process orders"))
                .extracting(RecordedTelemetry::links)
                .doesNotHaveDuplicates()
                .hasSize(2_000);
        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(2_000);
    }

    private <T> T onAnotherThread(Callable<T> work) throws Exception {
        return threads.submit(work).get(10, SECONDS);
    }
}
