package dev.linkspan.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Parcels over NATS: wrapping is all that there is to do. */
final class NatsHop implements Hop {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Connection connection;

    NatsHop(OpenTelemetry openTelemetry, String url) {
        NatsTelemetry nats = NatsTelemetry.create(openTelemetry);
        try {
            connection = nats.wrap(Nats.connect(url));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("no connection to " + url, e);
        }
    }

    @Override
    public void send(String parcel) {
        connection.publish("tracking", parcel.getBytes(UTF_8));
    }

    @Override
    public void onArrival(Consumer<String> handler) {
        connection
                .createDispatcher(message -> handler.accept(new String(message.getData(), UTF_8)))
                .subscribe("tracking");
        try {
            // the server knows of the subscription once it has answered
            connection.flush(PATIENCE);
        } catch (TimeoutException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** After what is being handled. */
    @Override
    public void close() {
        try {
            connection.drain(PATIENCE).get();
        } catch (InterruptedException | TimeoutException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
