package dev.linkspan.toy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import io.opentelemetry.api.common.AttributeKey;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** A test that cannot fail proves nothing: each mistake of a wrapper fails a test of its contract. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WrapperMistakesTest {

    private static final ToyAdapter ADAPTER = new ToyAdapter();

    @Test
    void right_wrapper_passes() {
        assertThat(ContractRun.failedTests(ToyQueueContractTest::new)).isEmpty();
    }

    @Test
    void wrapper_that_does_not_inject() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public void send(ToyMessage message) {
                        sender.start(message).close();
                        broker.send(message);
                    }
                }))
                .contains("consumer_span_links_to_the_producer_span_and_is_not_below_it", "any_propagator_works");
    }

    @Test
    void wrapper_that_writes_into_the_caller_s_message() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public void send(ToyMessage message) {
                        MessageSpan span = sender.start(message);
                        sender.inject(span, message.headers());
                        broker.send(message);
                        span.close();
                    }
                }))
                .contains("caller_s_message_is_as_it_was_and_can_be_sent_again");
    }

    @Test
    void wrapper_that_sends_headers_that_failed_to_be_written() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public void send(ToyMessage message) {
                        MessageSpan span = sender.start(message);
                        ToyHeaders headers = new ToyHeaders();
                        sender.inject(span, headers);
                        broker.send(message.with(headers));
                        span.close();
                    }
                }))
                .contains(
                        "headers_of_the_application_arrive_as_they_were",
                        "propagator_that_throws_does_not_stop_a_message");
    }

    @Test
    void wrapper_that_forgets_to_end_spans() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public void ack(ToyMessage message) {
                        tracer.startSettle("ack", message);
                        broker.ack(message);
                    }
                }))
                .contains("settling_is_below_the_span_of_the_message");
    }

    @Test
    @SuppressWarnings("MustBeClosedChecker") // that is the mistake
    void wrapper_that_leaves_its_span_current() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public List<ToyMessage> receive(String queue, int max) {
                        List<ToyMessage> received = super.receive(queue, max);
                        if (!received.isEmpty()) {
                            tracer.start(received.get(0)).makeCurrent();
                        }
                        return received;
                    }
                }))
                .contains("consumer_span_links_to_the_producer_span_and_is_not_below_it");
    }

    @Test
    void wrapper_that_makes_no_receive_span() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public List<ToyMessage> receive(String queue, int max) {
                        return broker.receive(queue, max);
                    }
                }))
                .contains("receive_spans_link_to_the_producer_spans", "each_delivery_is_counted_once");
    }

    @Test
    void wrapper_that_counts_a_delivery_twice() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public List<ToyMessage> receive(String queue, int max) {
                        List<ToyMessage> received = super.receive(queue, max);
                        tracer.received(received, System.nanoTime());
                        return received;
                    }
                }))
                .contains("each_delivery_is_counted_once");
    }

    @Test
    void wrapper_that_writes_into_received_messages() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public List<ToyMessage> receive(String queue, int max) {
                        List<ToyMessage> received = super.receive(queue, max);
                        received.forEach(message -> message.headers().add("received", "yes".getBytes(UTF_8)));
                        return received;
                    }
                }))
                .contains("without_telemetry_messages_pass_as_they_are");
    }

    @Test
    void wrapper_that_makes_no_settle_span() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public void ack(ToyMessage message) {
                        broker.ack(message);
                    }
                }))
                .containsExactly("settling_is_below_the_span_of_the_message");
    }

    @Test
    void wrapper_with_attributes_of_no_convention() {
        assertThat(mistakesOf(telemetry -> new Passing(telemetry) {
                    @Override
                    public void ack(ToyMessage message) {
                        MessageSpan span = tracer.startSettle("ack", message);
                        span.put(AttributeKey.stringKey("messaging.acked"), "yes");
                        span.close();
                    }
                }))
                .contains("settling_is_below_the_span_of_the_message");
    }

    /** A wrapper that is right until a method of it is overridden. */
    private abstract static class Passing implements ToyClient {
        final MessageSender<ToyMessage, ToyHeaders> sender;
        final MessageTracer<ToyMessage> tracer;
        ToyClient broker;
        ToyClient right;

        Passing(MessagingTelemetry telemetry) {
            sender = telemetry.sender(ADAPTER, ClientFacts.NONE);
            tracer = telemetry.tracer(ADAPTER, ClientFacts.NONE, false);
        }

        @Override
        public void send(ToyMessage message) {
            right.send(message);
        }

        @Override
        public List<ToyMessage> receive(String queue, int max) {
            return right.receive(queue, max);
        }

        @Override
        public void ack(ToyMessage message) {
            right.ack(message);
        }

        @Override
        public void giveBack(ToyMessage message) {
            right.giveBack(message);
        }
    }

    private static Set<String> mistakesOf(Function<MessagingTelemetry, Passing> wrapper) {
        return ContractRun.failedTests(() -> new PropagationContract<ToyMessage, ToyMessage>() {
            @Override
            protected PropagationHarness<ToyMessage, ToyMessage> harness() {
                return new ToyHarness() {
                    private MessagingTelemetry messaging;

                    @Override
                    public void start(MessagingTelemetry telemetry) {
                        messaging = telemetry;
                        super.start(telemetry);
                    }

                    @Override
                    ToyClient wrap(ToyClient bare, ToyTelemetry telemetry) {
                        Passing passing = wrapper.apply(messaging);
                        passing.broker = bare;
                        passing.right = telemetry.wrap(bare);
                        return passing;
                    }
                };
            }
        });
    }
}
