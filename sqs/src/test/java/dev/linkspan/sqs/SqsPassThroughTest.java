package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.OpenTelemetry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/** Whatever methods the client's interfaces have, in whatever version. */
class SqsPassThroughTest {

    private final SqsTelemetry sqs = SqsTelemetry.create(OpenTelemetry.noop());

    /** What reached the client. */
    private record Call(Method method, List<Object> arguments) {}

    private final List<Call> calls = new ArrayList<>();
    private Object result;
    private Throwable failure;

    static Stream<Arguments> methods() {
        return Stream.of(SqsClient.class, SqsAsyncClient.class)
                .flatMap(type -> Arrays.stream(type.getMethods())
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        // this one is ours: the client's own would go past us
                        .filter(method -> !method.getName().equals("batchManager"))
                        .map(method -> Arguments.of(type, method)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("methods")
    void method_reaches_the_client_with_its_arguments_and_brings_back_its_result(Class<?> type, Method method)
            throws Exception {
        Object wrapped = wrapped(type);
        result = sample(method.getGenericReturnType());
        List<Object> arguments = arguments(method);

        Object returned = method.invoke(wrapped, arguments.toArray());

        assertThat(calls).hasSize(1);
        assertThat(calls.get(0).method.getName()).isEqualTo(method.getName());
        // a lambda that builds a request goes on as that request
        assertThat(calls.get(0).arguments).isEqualTo(isTraced(method) ? requests(method) : arguments);
        assertThat(returned).isSameAs(result);
    }

    private static boolean isTraced(Method method) {
        return Arrays.stream(SqsTracedClient.class.getDeclaredMethods())
                .anyMatch(traced -> traced.getName().equals(method.getName()));
    }

    private static List<Object> requests(Method method) throws Exception {
        String name = method.getName();
        return List.of(sample(Class.forName("software.amazon.awssdk.services.sqs.model."
                + Character.toUpperCase(name.charAt(0)) + name.substring(1) + "Request")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("methods")
    void failure_of_a_method_comes_out_as_it_is(Class<?> type, Method method) {
        Object wrapped = wrapped(type);
        for (Throwable thrown : List.of(new IllegalStateException("client"), new AssertionError("client"))) {
            failure = thrown;
            Throwable caught = catchThrowable(() -> {
                try {
                    method.invoke(wrapped, arguments(method).toArray());
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
            assertThat(caught).isSameAs(thrown);
        }
    }

    static Stream<Arguments> overrides() {
        return Map.of(
                        SqsTracedClient.class, SqsClient.class,
                        SqsTracedAsyncClient.class, SqsAsyncClient.class,
                        SqsBatchedClient.class, SqsAsyncClient.class,
                        SqsTracedBatchManager.class, SqsAsyncBatchManager.class)
                .entrySet()
                .stream()
                .flatMap(entry -> Arrays.stream(entry.getKey().getDeclaredMethods())
                        .filter(method -> !Modifier.isPrivate(method.getModifiers())
                                && !Modifier.isStatic(method.getModifiers())
                                && !method.isSynthetic())
                        // for SqsTelemetry, not for the client
                        .filter(method ->
                                !Arrays.asList(method.getParameterTypes()).contains(SqsAsyncBatchManager.Builder.class))
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
                    return result;
                });
        Object wrapped = recorder instanceof SqsClient client ? sqs.wrap(client) : sqs.wrap((SqsAsyncClient) recorder);
        calls.clear();
        return wrapped;
    }

    private static List<Object> arguments(Method method) throws Exception {
        List<Object> arguments = new ArrayList<>();
        for (Type type : method.getGenericParameterTypes()) {
            arguments.add(sample(type));
        }
        return arguments;
    }

    private static Object sample(Type type) throws Exception {
        Class<?> raw = (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
        if (raw == void.class || raw == ScheduledExecutorService.class) {
            return null;
        }
        if (raw == String.class) {
            return "text";
        }
        if (raw == Consumer.class) {
            Consumer<Object> nothing = builder -> {};
            return nothing;
        }
        if (raw == CompletableFuture.class) {
            return CompletableFuture.completedFuture(sample(((ParameterizedType) type).getActualTypeArguments()[0]));
        }
        if (SdkRequest.class.isAssignableFrom(raw) || hasBuilder(raw)) {
            return ((SdkBuilder<?, ?>) raw.getMethod("builder").invoke(null)).build();
        }
        return null;
    }

    private static boolean hasBuilder(Class<?> type) {
        return type.getSimpleName().endsWith("Response");
    }
}
