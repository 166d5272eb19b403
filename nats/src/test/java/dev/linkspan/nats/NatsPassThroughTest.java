package dev.linkspan.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.Dispatcher;
import io.nats.client.FetchConsumer;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStream;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamReader;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.Nats;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.StreamContext;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever methods the client's interfaces have, in whatever version. */
class NatsPassThroughTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    /** Each interface that is wrapped, with what wraps it. */
    private static final Map<Class<?>, Wrapper<?>> WRAPPERS = Map.ofEntries(
            wrapper(Dispatcher.class, NatsTracedDispatcher::wrap),
            wrapper(Subscription.class, NatsTracedSubscription::wrap),
            wrapper(JetStream.class, NatsTracedJetStream::wrap),
            wrapper(JetStreamManagement.class, NatsTracedJetStreamManagement::wrap),
            wrapper(JetStreamSubscription.class, NatsTracedJetStreamSubscription::wrap),
            wrapper(JetStreamReader.class, NatsTracedReader::wrap),
            wrapper(StreamContext.class, NatsTracedStreamContext::wrap),
            wrapper(ConsumerContext.class, NatsTracedConsumerContext::wrap),
            wrapper(OrderedConsumerContext.class, NatsTracedConsumerContext::wrap),
            wrapper(FetchConsumer.class, NatsTracedFetchConsumer::wrap),
            wrapper(IterableConsumer.class, NatsTracedIterableConsumer::wrap),
            wrapper(
                    Connection.class,
                    (connection, client) ->
                            NatsTelemetry.create(otel.openTelemetry()).wrap(connection)));

    private static final Set<String> FACTS = Set.of("getServerInfo", "getConnectedUrl", "getOptions");

    private interface Wrapper<T> extends BiFunction<T, NatsClient, T> {}

    private static <T> Map.Entry<Class<?>, Wrapper<?>> wrapper(Class<T> type, Wrapper<T> wrapper) {
        return Map.entry(type, wrapper);
    }

    /** What reached the client. */
    private record Call(Method method, List<Object> arguments) {}

    private final NatsClient client =
            new NatsClients().wrapped(new FakeConnection().connection, MessagingTelemetry.create(otel.openTelemetry()));
    private final List<Call> calls = new ArrayList<>();
    private Object result;
    private Throwable failure;

    static Stream<Arguments> methods() {
        return WRAPPERS.keySet().stream()
                .flatMap(type -> Arrays.stream(type.getMethods())
                        .filter(method -> Modifier.isAbstract(method.getModifiers()))
                        .map(method -> Arguments.of(type, method)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("methods")
    void method_reaches_the_client_with_its_arguments_and_brings_back_its_result(Class<?> type, Method method)
            throws Exception {
        Object wrapped = wrapped(type);
        result = Samples.of(method.getReturnType(), 0);
        List<Object> arguments = arguments(method);

        Object returned = method.invoke(wrapped, arguments.toArray());

        // whatever else is asked of the client is which server it has
        List<Call> reached = calls.stream()
                .filter(each ->
                        each.method.getName().equals(method.getName()) || !FACTS.contains(each.method.getName()))
                .toList();
        Call call = reached.get(reached.size() - 1);
        assertThat(call.method.getName()).isEqualTo(method.getName());
        assertThat(reached).hasSize(1);
        // headers are added where there were none, and handlers and messages are put into others
        List<Object> arrived = call.arguments.stream()
                .filter(argument ->
                        arguments.stream().anyMatch(Headers.class::isInstance) || !(argument instanceof Headers))
                .toList();
        assertThat(arrived).hasSameSizeAs(arguments);
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i) instanceof Message message) {
                assertThat(((Message) arrived.get(i)).getData()).isSameAs(message.getData());
            } else if (arguments.get(i) instanceof MessageHandler) {
                assertThat(arrived.get(i)).isInstanceOf(MessageHandler.class);
            } else if (!(arguments.get(i) instanceof Headers)) {
                assertThat(arrived.get(i)).isSameAs(arguments.get(i));
            }
        }
        if (returned instanceof NatsPullIterator messages) {
            assertThat(messages.hasNext()).isFalse();
        } else if (method.getReturnType().isPrimitive()) {
            assertThat(returned).isEqualTo(result);
        } else {
            assertThat(returned == null ? null : ClientProxy.unwrap(returned)).isSameAs(result);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("methods")
    void failure_of_a_method_comes_out_as_it_is(Class<?> type, Method method) {
        Object wrapped = wrapped(type);
        List<Throwable> thrown =
                new ArrayList<>(List.of(new IllegalStateException("client"), new AssertionError("client")));
        for (Class<?> declared : method.getExceptionTypes()) {
            thrown.add((Throwable) Samples.of(declared, 0));
        }
        for (Throwable each : thrown) {
            failure = each;
            Throwable caught = catchThrowable(() -> {
                try {
                    method.invoke(wrapped, arguments(method).toArray());
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
            assertThat(caught).isSameAs(each);
        }
    }

    static Set<Class<?>> overrides() {
        return WRAPPERS.keySet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("overrides")
    void override_matches_a_method_of_the_client(Class<?> type) throws Exception {
        Class<?> traced = overridesOf(wrapped(type));
        int compared = 0;
        for (Class<?> each = traced; each != Object.class; each = each.getSuperclass()) {
            for (Method override : each.getDeclaredMethods()) {
                int modifiers = override.getModifiers();
                if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || override.isSynthetic()) {
                    continue;
                }
                if (override.getDeclaringClass() == NatsTracedJetStreamManagement.class && isOldest()) {
                    // came with jnats 2.17.2
                    return;
                }
                Method method = type.getMethod(override.getName(), override.getParameterTypes());
                assertThat(method.getGenericReturnType().getTypeName())
                        .isEqualTo(override.getGenericReturnType().getTypeName());
                assertThat(override.getExceptionTypes()).isSubsetOf(method.getExceptionTypes());
                compared++;
            }
        }
        assertThat(compared).isPositive();
    }

    private static boolean isOldest() {
        return Nats.CLIENT_VERSION.equals("2.17.0");
    }

    @Test
    void what_comes_out_of_the_client_as_itself_comes_out_as_the_wrapped_one() {
        Dispatcher wrapped = (Dispatcher) wrapped(Dispatcher.class);
        result = ClientProxy.unwrap(wrapped);

        assertThat(wrapped.subscribe("orders")).isSameAs(wrapped);
    }

    @Test
    void wrapped_dispatchers_and_subscriptions_reach_the_client_unwrapped() throws Exception {
        Dispatcher dispatcher = (Dispatcher) wrapped(Dispatcher.class);
        Subscription subscription = (Subscription) wrapped(Subscription.class);
        Connection connection = (Connection) wrapped(Connection.class);
        JetStream jetStream = (JetStream) wrapped(JetStream.class);
        ConsumerContext consumer = (ConsumerContext) wrapped(ConsumerContext.class);
        MessageHandler handler = message -> {};

        dispatcher.unsubscribe(subscription);
        dispatcher.unsubscribe(subscription, 1);
        connection.closeDispatcher(dispatcher);
        jetStream.subscribe("orders", dispatcher, handler, true);
        jetStream.subscribe("orders", dispatcher, handler, true, null);
        jetStream.subscribe("orders", "queue", dispatcher, handler, true, null);
        jetStream.subscribe("orders", dispatcher, handler, null);
        consumer.consume(dispatcher, handler);
        consumer.consume(null, dispatcher, handler);

        List<Object> arrived = calls.stream()
                .flatMap(call -> call.arguments.stream())
                .filter(argument -> argument instanceof Dispatcher || argument instanceof Subscription)
                .toList();
        assertThat(arrived).hasSize(9).containsOnly(ClientProxy.unwrap(dispatcher), ClientProxy.unwrap(subscription));
    }

    private static Class<?> overridesOf(Object wrapped) {
        return Stream.of(
                        NatsTracedConnection.class,
                        NatsTracedDispatcher.class,
                        NatsTracedJetStreamSubscription.class,
                        NatsTracedSubscription.class,
                        NatsTracedJetStream.class,
                        NatsTracedJetStreamManagement.class,
                        NatsTracedReader.class,
                        NatsTracedStreamContext.class,
                        NatsTracedConsumerContext.class,
                        NatsTracedFetchConsumer.class,
                        NatsTracedIterableConsumer.class)
                .map(type -> ClientProxy.overrides(wrapped, type))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow()
                .getClass();
    }

    /** Something wrapped that records what reaches it from now on. */
    @SuppressWarnings("unchecked")
    private <T> Object wrapped(Class<T> type) {
        Object recorder =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.getName().equals("equals")
                                ? proxy == arguments[0]
                                : method.getName().equals("hashCode") ? (Object) 1 : "recorder";
                    }
                    calls.add(new Call(method, arguments == null ? List.of() : Arrays.asList(arguments)));
                    if (failure != null) {
                        throw failure;
                    }
                    boolean fits = result == null || method.getReturnType().isInstance(result);
                    return fits || method.getReturnType().isPrimitive() ? result : null;
                });
        Object wrapped = ((Wrapper<T>) WRAPPERS.get(type)).apply((T) recorder, client);
        calls.clear();
        return wrapped;
    }

    private static List<Object> arguments(Method method) {
        List<Object> arguments = new ArrayList<>();
        for (int i = 0; i < method.getParameterCount(); i++) {
            arguments.add(Samples.of(method.getParameterTypes()[i], i + 1));
        }
        return arguments;
    }
}
