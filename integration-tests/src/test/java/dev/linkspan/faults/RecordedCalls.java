package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nats.client.Message;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SqsRequest;

/** A client in front of which every call is told to an {@link Observation}; what it throws comes out as it is. */
public final class RecordedCalls {

    /** They read, and a wrapper may ask. */
    static final Set<String> QUESTIONS =
            Set.of("metrics", "groupMetadata", "toString", "hashCode", "equals", "assignment", "position");

    private RecordedCalls() {}

    /** @param told the names of the methods that are told */
    public static <T> T of(Class<? super T> type, T client, Observation seen, Predicate<String> told) {
        return of(type, client, seen, told, "");
    }

    /** @param topic whose name differs from run to run, and is left out */
    public static <T> T of(Class<? super T> type, T client, Observation seen, Predicate<String> told, String topic) {
        Object proxy =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (told.test(method.getName())) {
                        seen.called(method.getName() + describe(arguments).replace(topic, ""));
                    }
                    try {
                        return method.invoke(client, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        @SuppressWarnings("unchecked")
        T typed = (T) proxy;
        return typed;
    }

    private static String describe(@Nullable Object @Nullable [] arguments) {
        if (arguments == null || arguments.length == 0) {
            return "";
        }
        if (arguments[arguments.length - 1] instanceof byte[] body) {
            return " " + new String(body, UTF_8);
        }
        if (arguments[0] instanceof Message message) {
            return " " + new String(message.getData(), UTF_8);
        }
        if (arguments[0] instanceof SendMessageRequest request) {
            return " " + request.messageBody();
        }
        if (arguments[0] instanceof SqsRequest || arguments[0] instanceof Consumer<?>) {
            // receipt handles differ from run to run, as lambdas do
            return "";
        }
        return arguments[0] instanceof ProducerRecord<?, ?> record ? " " + record.key() : " " + arguments[0];
    }
}
