package dev.linkspan.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.linkspan.testing.LinkspanExtension;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever methods the client's interfaces have, in whatever version. */
class RabbitMqPassThroughTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());

    /** What reached the client. */
    private record Call(Method method, List<Object> arguments) {}

    private final List<Call> calls = new ArrayList<>();
    private Object result;
    private Throwable failure;

    static Stream<Arguments> methods() {
        return Stream.of(Connection.class, Channel.class)
                .flatMap(type -> Arrays.stream(type.getMethods())
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .map(method -> Arguments.of(type, method)));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("methods")
    void method_reaches_the_client_with_its_arguments_and_brings_back_its_result(Class<?> type, Method method)
            throws Exception {
        Object wrapped = wrapped(type);
        result = sample(method.getReturnType());
        Object[] arguments = Stream.of(method.getParameterTypes())
                .map(RabbitMqPassThroughTest::sample)
                .toArray();

        Object returned = method.invoke(wrapped, arguments);

        // clearing the application's listeners puts ours back
        assertThat(calls.get(0).method.getName()).isEqualTo(method.getName());
        assertThat(calls.get(0).arguments).containsExactly(arguments);
        assertThat(calls.stream().filter(call -> call.method.getName().equals(method.getName())))
                .hasSize(1);
        if (result instanceof Channel || result instanceof Optional<?>) {
            // channels come back wrapped
            assertThat(returned).isNotNull();
        } else if (method.getReturnType() == void.class) {
            assertThat(returned).isNull();
        } else {
            assertThat(returned).isEqualTo(result);
        }
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("methods")
    void failure_of_a_method_comes_out_as_it_is(Class<?> type, Method method) {
        Object wrapped = wrapped(type);
        Object[] arguments = Stream.of(method.getParameterTypes())
                .map(RabbitMqPassThroughTest::sample)
                .toArray();
        for (Throwable thrown : List.of(new IllegalStateException("client"), new AssertionError("client"))) {
            failure = thrown;
            Throwable caught = catchThrowable(() -> {
                try {
                    method.invoke(wrapped, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
            assertThat(caught).isSameAs(thrown);
        }
    }

    static Stream<Arguments> overrides() {
        return Stream.of(
                        Map.entry(RabbitMqTracedConnection.class, Connection.class),
                        Map.entry(RabbitMqTracedChannel.class, Channel.class))
                .flatMap(entry -> Arrays.stream(entry.getKey().getDeclaredMethods())
                        .filter(method -> !Modifier.isPrivate(method.getModifiers())
                                && !Modifier.isStatic(method.getModifiers())
                                && !method.isSynthetic())
                        .map(method -> Arguments.of(method, entry.getValue())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("overrides")
    void override_matches_a_method_of_the_client(Method override, Class<?> type) throws Exception {
        Method method = type.getMethod(override.getName(), override.getParameterTypes());
        assertThat(method.getGenericReturnType().getTypeName())
                .isEqualTo(override.getGenericReturnType().getTypeName());
    }

    /** A wrapped client that records what reaches it from now on. */
    private Object wrapped(Class<?> type) {
        Object recorder =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    calls.add(new Call(method, arguments == null ? List.of() : Arrays.asList(arguments)));
                    if (failure != null) {
                        throw failure;
                    }
                    if (method.getReturnType() == boolean.class && !(result instanceof Boolean)) {
                        return false;
                    }
                    return method.getReturnType() == void.class ? null : result;
                });
        Object wrapped =
                type == Channel.class ? rabbitMq.wrap((Channel) recorder) : rabbitMq.wrap((Connection) recorder);
        calls.clear();
        return wrapped;
    }

    /** Some value of a type. */
    private static Object sample(Class<?> type) {
        Object simple = Map.<Class<?>, Object>of(
                        int.class,
                        7,
                        long.class,
                        7L,
                        boolean.class,
                        true,
                        String.class,
                        "text",
                        Map.class,
                        Map.of("name", "value"),
                        byte[].class,
                        new byte[] {1})
                .get(type);
        if (simple != null) {
            return simple;
        }
        if (type == Optional.class) {
            return Optional.of(sample(Channel.class));
        }
        if (type.isInterface()) {
            return Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> null;
                    });
        }
        // null says less, but every other type can be null
        return null;
    }
}
