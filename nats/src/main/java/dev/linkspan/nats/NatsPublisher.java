package dev.linkspan.nats;

import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Publishes and requests inside a span, with the context in a copy of the headers. */
final class NatsPublisher {

    private final NatsClient client;

    NatsPublisher(NatsClient client) {
        this.client = client;
    }

    /** Core NATS answers no publish: the span ends when the client has taken the message. */
    void publish(NatsPublication publication, Consumer<@Nullable Headers> call) {
        NatsSession session = client.session();
        Call<Boolean, RuntimeException, RuntimeException> taken = headers -> {
            call.accept(headers);
            return true;
        };
        now(session, session.publishes, publication, taken, (span, nothing) -> {});
    }

    @Nullable
    PublishAck publishToStream(
            NatsPublication publication, Call<@Nullable PublishAck, IOException, JetStreamApiException> call)
            throws IOException, JetStreamApiException {
        NatsSession session = client.session();
        return now(session, session.publishes, publication, call, NatsAnswers::stored);
    }

    @Nullable
    CompletableFuture<PublishAck> publishToStreamAsync(NatsPublication publication, FutureCall<PublishAck> call) {
        NatsSession session = client.session();
        return later(session, session.publishes, publication, call, NatsAnswers::stored);
    }

    @Nullable
    Message request(NatsPublication publication, Call<@Nullable Message, InterruptedException, RuntimeException> call)
            throws InterruptedException {
        NatsSession session = client.session();
        return now(session, session.requests, publication, call, NatsAnswers::replied);
    }

    @Nullable
    CompletableFuture<Message> requestAsync(NatsPublication publication, FutureCall<Message> call) {
        NatsSession session = client.session();
        return later(session, session.requests, publication, call, NatsAnswers::replied);
    }

    private <R extends @Nullable Object, X extends Exception, Y extends Exception> R now(
            NatsSession session,
            MessageSender<NatsPublication, Headers> sender,
            NatsPublication publication,
            Call<R, X, Y> call,
            Answer<R> answer)
            throws X, Y {
        MessageSpan span = sender.start(publication);
        try (Scope scope = span.makeCurrent()) {
            R result = call.with(withContext(session, sender, publication, span));
            describe(span, result, answer);
            return result;
        } catch (Throwable t) {
            span.error(t);
            throw t;
        } finally {
            span.close();
        }
    }

    private <R> @Nullable CompletableFuture<R> later(
            NatsSession session,
            MessageSender<NatsPublication, Headers> sender,
            NatsPublication publication,
            FutureCall<R> call,
            Answer<@Nullable R> answer) {
        MessageSpan span = sender.start(publication);
        return client.telemetry.callAsync(
                span.makeCurrent(),
                publication,
                given -> call.with(withContext(session, sender, given, span)),
                (result, error) -> {
                    // there is none with JetStreamOptions.publishNoAck
                    if (result != null) {
                        describe(span, result, answer);
                    }
                    span.error(error).close();
                });
    }

    /** A copy, because the caller may publish his headers again; null to publish what he gave. */
    private @Nullable Headers withContext(
            NatsSession session,
            MessageSender<NatsPublication, Headers> sender,
            NatsPublication publication,
            MessageSpan span) {
        if (!session.server.takesHeaders() || !sender.injects(span)) {
            return null;
        }
        try {
            Headers copy = new Headers(publication.headers());
            long room = publication.room(session.server.maxPayload());
            return sender.inject(span, copy, room, Integer.MAX_VALUE) ? copy : null;
        } catch (Throwable t) {
            sender.withdraw(span);
            client.telemetry.suppressed("nats.copy", t);
            return null;
        }
    }

    private <R extends @Nullable Object> void describe(MessageSpan span, R result, Answer<R> answer) {
        try {
            answer.describe(span, result);
        } catch (Throwable t) {
            client.telemetry.suppressed("nats.answer", t);
        }
    }

    /** The client's own call. */
    interface Call<R extends @Nullable Object, X extends Exception, Y extends Exception> {
        /** @param headers to publish with; null to publish what the caller gave */
        R with(@Nullable Headers headers) throws X, Y;
    }

    /** A call whose answer comes later; null if none will. */
    interface FutureCall<R> extends Call<@Nullable CompletableFuture<R>, RuntimeException, RuntimeException> {}

    private interface Answer<R extends @Nullable Object> {
        void describe(MessageSpan span, R result);
    }
}
