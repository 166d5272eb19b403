package dev.linkspan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever methods the client's interfaces have, in whatever version. */
@SuppressWarnings("FutureReturnValueIgnored")
class KafkaPassThroughTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());

    /** What reached the client. */
    private record Call(Method method, List<Object> arguments) {}

    private final List<Call> calls = new ArrayList<>();
    private Object result;
    private Throwable failure;

    @AfterEach
    void close() {
        telemetry.close();
    }

    static Stream<Arguments> methods() {
        return Stream.of(Producer.class, Consumer.class, ShareConsumer.class)
                .flatMap(type -> Arrays.stream(type.getMethods())
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .map(method -> Arguments.of(type.getSimpleName(), method)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("methods")
    void method_reaches_the_client_with_its_arguments_and_brings_back_its_result(String type, Method method)
            throws Exception {
        Object wrapped = wrapped(method.getDeclaringClass());
        result = sample(method.getGenericReturnType(), 0);
        List<Object> arguments = arguments(method);

        Object returned = method.invoke(wrapped, arguments.toArray());

        assertThat(calls).hasSize(1);
        Call call = calls.get(0);
        assertThat(call.method.getName()).isEqualTo(method.getName());
        // send(record) goes on as send(record, callback), and callbacks are wrapped
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i) instanceof ProducerRecord<?, ?> record) {
                assertThat(((ProducerRecord<?, ?>) call.arguments.get(i)).value())
                        .isSameAs(record.value());
            } else if (isWrapped(arguments.get(i))) {
                assertThat(call.arguments.get(i)).isNotNull();
            } else {
                assertThat(call.arguments.get(i)).isEqualTo(arguments.get(i));
            }
        }
        if (method.getReturnType().isPrimitive()) {
            assertThat(returned).isEqualTo(result);
        } else {
            assertThat(returned).isSameAs(result);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("methods")
    void failure_of_a_method_comes_out_as_it_is(String type, Method method) {
        Object wrapped = wrapped(method.getDeclaringClass());
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
        return Stream.of(
                        Map.entry(KafkaTracedProducer.class, Producer.class),
                        Map.entry(KafkaTracedConsumer.class, Consumer.class),
                        Map.entry(KafkaTracedShareConsumer.class, ShareConsumer.class))
                .flatMap(entry -> Arrays.stream(entry.getKey().getDeclaredMethods())
                        .filter(method -> !Modifier.isPrivate(method.getModifiers())
                                && !Modifier.isStatic(method.getModifiers())
                                && !method.isSynthetic())
                        .map(method -> Arguments.of(method, entry.getValue())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("overrides")
    void override_matches_a_method_of_the_client(Method override, Class<?> type) throws Exception {
        if (override.getName().equals("poll") && override.getParameterTypes()[0] == long.class && !hasPollByMillis()) {
            // gone since kafka-clients 4.0
            return;
        }
        Method method = type.getMethod(override.getName(), override.getParameterTypes());
        assertThat(method.getReturnType()).isAssignableFrom(override.getReturnType());
        assertThat(method.getGenericReturnType().getTypeName())
                .isEqualTo(override.getGenericReturnType().getTypeName());
        assertThat(Stream.of(method.getGenericParameterTypes()).map(Type::getTypeName))
                .containsExactlyElementsOf(Stream.of(override.getGenericParameterTypes())
                        .map(Type::getTypeName)
                        .toList());
    }

    @Test
    void poll_by_milliseconds_is_traced_where_the_client_still_has_it() throws Exception {
        if (!hasPollByMillis()) {
            assertThat(catchThrowable(() -> KafkaPoll.byMillis(new FakeConsumer(), 1)))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("poll(Duration)");
            return;
        }
        result = Received.all(Received.traced("orders", 0, 1));
        Object polled = Consumer.class.getMethod("poll", long.class).invoke(wrapped(Consumer.class), 5L);

        assertThat(polled).isSameAs(result);
        assertThat(calls)
                .singleElement()
                .satisfies(call -> assertThat(call.arguments).containsExactly(5L));
        assertThat(telemetry.spans("poll orders")).hasSize(1);
    }

    private static boolean hasPollByMillis() {
        return Stream.of(Consumer.class.getMethods())
                .anyMatch(method -> method.getName().equals("poll") && method.getParameterTypes()[0] == long.class);
    }

    private static boolean isWrapped(Object argument) {
        return argument instanceof Callback
                || argument instanceof org.apache.kafka.clients.consumer.OffsetCommitCallback;
    }

    /** A wrapped client that records what reaches it from now on. */
    private Object wrapped(Class<?> type) {
        Class<?> client = Stream.of(Producer.class, Consumer.class, ShareConsumer.class)
                .filter(type::isAssignableFrom)
                .findFirst()
                .orElseThrow();
        Object recorder =
                Proxy.newProxyInstance(client.getClassLoader(), new Class<?>[] {client}, (proxy, method, arguments) -> {
                    calls.add(new Call(method, arguments == null ? List.of() : Arrays.asList(arguments)));
                    if (failure != null) {
                        throw failure;
                    }
                    return method.getName().equals("metrics") && result == null ? Map.of() : result;
                });
        Object wrapped = recorder instanceof Producer<?, ?> producer
                ? kafka.wrap(producer)
                : recorder instanceof Consumer<?, ?> consumer
                        ? kafka.wrap(consumer)
                        : kafka.wrap((ShareConsumer<?, ?>) recorder);
        calls.clear();
        return wrapped;
    }

    private static List<Object> arguments(Method method) {
        List<Object> arguments = new ArrayList<>();
        for (int i = 0; i < method.getParameterCount(); i++) {
            arguments.add(sample(method.getGenericParameterTypes()[i], i + 1));
        }
        return arguments;
    }

    /** Some value of a type; another one for each number. */
    private static Object sample(Type type, int number) {
        Class<?> raw = (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
        if (raw == Map.class) {
            return type.getTypeName().contains("OffsetAndMetadata")
                    ? Map.of(new TopicPartition("orders", number), new OffsetAndMetadata(number))
                    : Map.of();
        }
        if (raw == ProducerRecord.class) {
            return new ProducerRecord<>("orders", "value " + number);
        }
        if (raw == ConsumerRecord.class) {
            return Received.traced("orders", 0, number);
        }
        if (raw == ConsumerRecords.class) {
            return Received.all(Received.traced("orders", 0, number));
        }
        Object simple = Map.<Class<?>, Object>ofEntries(
                        Map.entry(void.class, Optional.empty()),
                        Map.entry(int.class, number),
                        Map.entry(long.class, (long) number),
                        Map.entry(String.class, "text " + number),
                        Map.entry(Duration.class, Duration.ofMillis(number)),
                        Map.entry(Set.class, Set.of(new TopicPartition("orders", number))),
                        Map.entry(Collection.class, List.of("orders-" + number)),
                        Map.entry(List.class, List.of("part " + number)),
                        Map.entry(Pattern.class, Pattern.compile("p" + number)),
                        Map.entry(Uuid.class, new Uuid(1, number)),
                        Map.entry(Optional.class, Optional.of(number)),
                        Map.entry(OptionalLong.class, OptionalLong.of(number)),
                        Map.entry(TopicPartition.class, new TopicPartition("orders", number)),
                        Map.entry(OffsetAndMetadata.class, new OffsetAndMetadata(number)),
                        Map.entry(Future.class, CompletableFuture.completedFuture(number)))
                .get(raw);
        if (raw == void.class) {
            return null;
        }
        if (simple != null) {
            return simple;
        }
        if (raw.isInterface()) {
            return Proxy.newProxyInstance(
                    raw.getClassLoader(),
                    new Class<?>[] {raw},
                    (proxy, method, args) -> method.getName().equals("equals") ? proxy == args[0] : null);
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[0];
        }
        // null says less, but every type can be null
        return null;
    }
}
