package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Calls of a wrapped client that are answered later. */
class AsyncCallTest {

    private static final ContextKey<String> KEY = ContextKey.named("test");

    private final MessagingTelemetry messaging = RecordedTelemetry.create().messaging();
    private final List<String> ends = new ArrayList<>();

    @Test
    void answer_ends_the_call_and_the_clients_own_future_comes_back() {
        CompletableFuture<Integer> future = new CompletableFuture<>();

        assertThat(call(future)).isSameAs(future);
        assertThat(ends).isEmpty();
        future.complete(17);
        assertThat(ends).containsExactly("17 null");
    }

    @Test
    void failure_ends_the_call() {
        call(CompletableFuture.failedFuture(new IllegalStateException("refused")));

        assertThat(ends).containsExactly("null java.lang.IllegalStateException: refused");
    }

    @Test
    void call_without_a_future_is_over_at_once() {
        assertThat(call(null)).isNull();
        assertThat(ends).containsExactly("null null");
    }

    @Test
    void what_the_client_throws_ends_the_call_and_comes_out_as_the_same_object() {
        IllegalStateException closed = new IllegalStateException("closed");

        assertThatThrownBy(() -> messaging.callAsync(
                        current("call"),
                        "request",
                        request -> {
                            throw closed;
                        },
                        this::end))
                .isSameAs(closed);
        assertThat(ends).containsExactly("null java.lang.IllegalStateException: closed");
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void context_is_current_while_the_client_is_called_and_no_longer() {
        List<String> seen = new ArrayList<>();
        messaging.callAsync(
                current("call"),
                "request",
                request -> {
                    seen.add(request + " in " + Context.current().get(KEY));
                    return new CompletableFuture<Integer>();
                },
                this::end);

        assertThat(seen).containsExactly("request in call");
        assertThat(Context.current()).isSameAs(Context.root());
    }

    private CompletableFuture<Integer> call(CompletableFuture<Integer> future) {
        return messaging.callAsync(current("call"), "request", request -> future, this::end);
    }

    private Scope current(String value) {
        return messaging.makeCurrent(Context.current().with(KEY, value));
    }

    private void end(Integer result, Throwable error) {
        ends.add(result + " " + error);
    }
}
