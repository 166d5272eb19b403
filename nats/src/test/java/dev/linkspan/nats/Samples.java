package dev.linkspan.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.JetStreamStatusException;
import io.nats.client.Message;
import io.nats.client.PublishOptions;
import io.nats.client.api.Error;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.nats.client.support.Status;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Some value of a type. */
final class Samples {

    private Samples() {}

    /** Another one for each number, where there are several; null for types that tell nothing here. */
    static Object of(Class<?> type, int number) {
        if (type == int.class) {
            return number;
        }
        if (type == long.class) {
            return (long) number;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == byte[].class) {
            return new byte[] {(byte) number};
        }
        if (type == String.class) {
            return "text-" + number;
        }
        if (type == Duration.class) {
            return Duration.ofMillis(number);
        }
        if (type == Headers.class) {
            return new Headers().add("number", Integer.toString(number));
        }
        if (type == Message.class) {
            return FakeMessage.to("subject-" + number);
        }
        if (type == List.class) {
            return List.of(FakeMessage.to("listed"));
        }
        if (type == Iterator.class) {
            return Collections.emptyIterator();
        }
        if (type == CompletableFuture.class) {
            return CompletableFuture.completedFuture(null);
        }
        if (type == PublishAck.class) {
            return FakeJetStream.ack(false);
        }
        if (type == PublishOptions.class) {
            return PublishOptions.builder().messageId("id-" + number).build();
        }
        return Throwable.class.isAssignableFrom(type) ? failure(type) : fake(type);
    }

    private static Throwable failure(Class<?> type) {
        if (type == JetStreamApiException.class) {
            return new JetStreamApiException(Error.JsBadRequestErr);
        }
        if (type == JetStreamStatusCheckedException.class) {
            return new JetStreamStatusCheckedException(new JetStreamStatusException(new Status(409, "gone"), null));
        }
        if (type == IOException.class) {
            return new IOException("no");
        }
        if (type == InterruptedException.class) {
            return new InterruptedException("no");
        }
        if (type == TimeoutException.class) {
            return new TimeoutException("no");
        }
        if (type == IllegalStateException.class) {
            return new IllegalStateException("no");
        }
        return new Exception("no");
    }

    private static Object fake(Class<?> type) {
        return type.isInterface()
                ? Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> method.getName().equals("equals")
                                ? proxy == arguments[0]
                                : method.getName().equals("hashCode") ? (Object) 1 : null)
                : null;
    }
}
