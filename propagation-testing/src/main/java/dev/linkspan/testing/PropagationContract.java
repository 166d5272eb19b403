package dev.linkspan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/**
 * Tests that every wrapped client must pass: how spans of producers and consumers relate, what messages carry, and that
 * telemetry which fails never stops a message. A subclass brings the client through a {@link PropagationHarness}; that is
 * all.
 *
 * <pre>{@code
 * class FooContractTest extends PropagationContract<FooMessage, FooDelivery> {
 *     @Override protected PropagationHarness<FooMessage, FooDelivery> harness() { return new FooHarness(); }
 * }
 * }</pre>
 *
 * <p>After each test, all spans must have ended and follow the conventions, and the thread's context must be as it was.
 * The tests run one after the other; each makes destinations of its own, so a broker may serve all of them.
 *
 * @param <O> what the application gives the client to send
 * @param <M> what the application gets from the client
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@SuppressWarnings("MemberName") // tests are named as sentences
public abstract class PropagationContract<O, M> extends HeaderContract<O, M> {

    /** For subclasses. */
    protected PropagationContract() {}

    /** A new harness, not yet started; called for each test, at least once. */
    @Override
    protected abstract PropagationHarness<O, M> harness();

    @Test
    void propagator_that_throws_does_not_stop_a_message() throws Exception {
        for (Throwable thrown : failures()) {
            for (boolean fails : new boolean[] {true, false}) {
                messagesPass(settings -> settings.propagator(new Failing.Propagator(thrown, fails, !fails)));
            }
        }
    }

    @Test
    void sampler_that_throws_or_returns_nothing_does_not_stop_a_message() throws Exception {
        for (Throwable thrown : failures()) {
            messagesPass(settings -> settings.sampler(new Failing.Sampler(thrown)));
        }
        messagesPass(settings -> settings.sampler(new Failing.Sampler(null)));
    }

    @Test
    void span_processor_that_throws_does_not_stop_a_message() throws Exception {
        for (Throwable thrown : failures()) {
            for (boolean fails : new boolean[] {true, false}) {
                messagesPass(settings -> settings.spanProcessor(new Failing.Processor(thrown, fails, !fails)));
            }
        }
    }

    @Test
    void sdk_that_was_shut_down_does_not_stop_a_message() throws Exception {
        connect();
        unchecked();
        telemetry().close();
        messagesPass();
    }

    @Test
    void telemetry_that_fails_is_counted() throws Exception {
        connect(
                settings -> settings.propagator(new Failing.Propagator(new IllegalStateException(), true, true)),
                policy -> policy);
        process(sendAndReceive(client().uniqueDestination()));

        long errors = telemetry().metrics().stream()
                .filter(metric -> metric.getName().equals("linkspan.telemetry.errors"))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
        assertThat(errors).isPositive();
    }

    private static List<Throwable> failures() {
        return List.of(new IllegalStateException("telemetry fails on purpose"), new AssertionError("on purpose"));
    }

    private void messagesPass(UnaryOperator<TestTelemetry.Settings> settings) throws Exception {
        connect(settings, policy -> policy);
        unchecked();
        messagesPass();
        finish();
    }

    /** What is delivered, handled and settled is what would be without telemetry. */
    private void messagesPass() throws Exception {
        String destination = client().uniqueDestination();
        O message = message(destination, "0", header("tenant", "a"));
        String before = client().describe(message);
        send(message);
        for (int i = 1; i < 3; i++) {
            send(message(destination, Integer.toString(i), header("tenant", "a")));
        }
        List<M> received = receive(destination, 3);
        for (M each : received) {
            process(each);
        }
        tracer().startBatch(received).close();
        client().settle(destination, received);

        assertThat(client().describe(message)).isEqualTo(before);
        assertThat(received).extracting(each -> client().body(each)).containsExactlyInAnyOrder("0", "1", "2");
        assertThat(received)
                .allSatisfy(each -> assertThat(valuesOf(each, "tenant")).containsExactly("a"));
    }
}
