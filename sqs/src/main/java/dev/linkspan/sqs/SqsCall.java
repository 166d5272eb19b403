package dev.linkspan.sqs;

import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of the client: what is done before it and after it, the same for both kinds of client. As it stands it does
 * nothing, and passes the request on.
 *
 * @param <Q> the request
 * @param <R> the response
 */
class SqsCall<Q, R> {

    private final MessagingTelemetry telemetry;
    /** What goes to the client. */
    Q request;

    SqsCall(MessagingTelemetry telemetry, Q request) {
        this.telemetry = telemetry;
        this.request = request;
    }

    /** To be current while the client is called. */
    Scope makeCurrent() {
        return Scope.noop();
    }

    void answered(R response) {}

    void failed(Throwable error) {}

    /** Last of all, once or more than once. */
    void close() {}

    /** Calls the client, and returns or throws what it does. */
    final R run(Function<Q, R> client) {
        R response;
        try (Scope scope = makeCurrent()) {
            response = client.apply(request);
        } catch (Throwable t) {
            end(null, t);
            throw t;
        }
        end(response, null);
        return response;
    }

    /** Calls the client, and returns its own future. */
    final CompletableFuture<R> runAsync(Function<Q, CompletableFuture<R>> client) {
        return telemetry.callAsync(makeCurrent(), request, client::apply, this::end);
    }

    private void end(@Nullable R response, @Nullable Throwable error) {
        try {
            if (error != null) {
                failed(error);
            } else if (response != null) {
                answered(response);
            }
        } catch (Throwable t) {
            telemetry.suppressed("sqs.answer", t);
        } finally {
            close();
        }
    }
}
