package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A function has no SDK, a service no events of Lambda: what one of them lacks, the other's door must not need. */
class SqsOptionalDependenciesTest {

    @Test
    void lambda_functions_need_no_sdk() throws Exception {
        ClassLoader without = new Without("software.amazon.awssdk.");
        Class<?> door = without.loadClass("dev.linkspan.sqs.SqsLambdaTelemetry");
        reflectOn(door);
        Object lambda = door.getMethod("create", OpenTelemetry.class).invoke(null, OpenTelemetry.noop());
        Object messages = door.getMethod("messages").invoke(lambda);
        Object message = without.loadClass("com.amazonaws.services.lambda.runtime.events.SQSEvent$SQSMessage")
                .getConstructor()
                .newInstance();
        message.getClass().getMethod("setBody", String.class).invoke(message, "hello");
        Object span = messages.getClass().getMethod("start", Object.class).invoke(messages, message);
        span.getClass().getMethod("close").invoke(span);
        messages.getClass().getMethod("origin", Object.class).invoke(messages, message);
        Object event = without.loadClass("com.amazonaws.services.lambda.runtime.events.SQSEvent")
                .getConstructor()
                .newInstance();
        event.getClass().getMethod("setRecords", List.class).invoke(event, List.of(message));
        Predicate<Object> failed = each -> false;
        Object response =
                door.getMethod("response", event.getClass(), Predicate.class).invoke(lambda, event, failed);

        assertThat(response.toString()).contains("batchItemFailures");
    }

    @Test
    void services_need_no_events_of_lambda() throws Exception {
        ClassLoader without = new Without("com.amazonaws.");
        for (String name : List.of("SqsTelemetry", "SqsTelemetryBuilder", "SqsSettlement")) {
            reflectOn(without.loadClass("dev.linkspan.sqs." + name));
        }
        Class<?> door = without.loadClass("dev.linkspan.sqs.SqsTelemetry");
        Object sqs = door.getMethod("create", OpenTelemetry.class).invoke(null, OpenTelemetry.noop());

        assertThat(door.getMethod("messages", String.class).invoke(sqs, "http://host/orders"))
                .isNotNull();
    }

    /** As frameworks do with every bean; a signature that names a missing class breaks it. */
    private static void reflectOn(Class<?> type) {
        List<Object> seen = new ArrayList<>();
        assertThatCode(() -> {
                    for (Method method : type.getDeclaredMethods()) {
                        seen.addAll(List.of(method.getGenericParameterTypes()));
                        seen.add(method.getGenericReturnType());
                    }
                    seen.addAll(List.of(type.getDeclaredConstructors()));
                    seen.addAll(List.of(type.getDeclaredFields()));
                })
                .doesNotThrowAnyException();
        assertThat(seen).isNotEmpty();
    }

    /** Loads this module anew, as if some packages were not there. */
    private static final class Without extends ClassLoader {
        private final String missing;

        Without(String missing) {
            super(SqsOptionalDependenciesTest.class.getClassLoader());
            this.missing = missing;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(missing)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.linkspan.sqs.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (file == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
