package dev.linkspan.propagation;

import static dev.linkspan.propagation.RecordedTelemetry.isRoot;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs that read messages without being called for them, and what a batch says of single messages. */
class JobSpanTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessageTracer<ToyMessage> tracer = new ToyQueue(recorded.messaging()).messages();

    @Test
    void job_is_an_internal_root_linked_to_what_it_read_with_what_identifies_it() {
        MessageSpan job = tracer.startJob("nightly");
        tracer.link(job, traced(1).id("m1").partition("3"));
        tracer.link(job, ToyMessage.to("orders"));
        job.close();

        SpanData span = recorded.span("nightly");
        assertThat(isRoot(span)).isTrue();
        assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(links(span)).containsExactly(Headers.origin(1));
        assertThat(span.getLinks().get(0).getAttributes().asMap())
                .isEqualTo(Map.of(
                        Semconv.DESTINATION_NAME, "orders", Semconv.PARTITION_ID, "3", Semconv.MESSAGE_ID, "m1"));
        assertThat(span.getAttributes().asMap()).isEqualTo(Map.of(Semconv.JOB_RECORD_COUNT, 2L));
        assertThat(recorded.counter(Semconv.CONSUMED_MESSAGES)).isEmpty();
    }

    @Test
    void names_that_should_have_been_few_are_forgotten_in_time() {
        Operation<ToyMessage> operation =
                new Operation<>(recorded.messaging(), new ToyAdapter(), ClientFacts.NONE, Semconv.Type.JOB, "job");
        Operation<ToyMessage> first = operation.named("nightly 0");
        assertThat(operation.named("nightly 0")).isSameAs(first);
        IntStream.range(1, 10_000).forEach(i -> operation.named("nightly " + i));

        assertThat(operation.named("nightly 0")).isNotSameAs(first);
    }

    @Test
    void long_name_of_a_job_is_cut() {
        tracer.startJob("x".repeat(1_000)).close();

        assertThat(recorded.names()).containsExactly("x".repeat(256));
        assertThatThrownBy(() -> tracer.startJob(null)).hasMessageContaining("name");
    }

    @Test
    void link_to_a_span_that_is_no_job_does_nothing() {
        MessageSpan process = tracer.start(traced(1));
        tracer.link(process, traced(2));
        process.close();

        assertThat(links(recorded.span("process orders"))).containsExactly(Headers.origin(1));
    }

    @Test
    void adapter_that_throws_costs_a_job_its_link_and_nothing_else() {
        MessageTracer<ToyMessage> broken = recorded.messaging()
                .tracer(
                        new ToyAdapter() {
                            @Override
                            public Map<String, List<String>> headers(ToyMessage message) {
                                throw new IllegalStateException("headers");
                            }
                        },
                        ClientFacts.NONE,
                        false);
        MessageSpan job = broken.startJob("nightly");
        broken.link(job, traced(1));
        job.close();

        assertThat(broken.origin(traced(1)).isValid()).isFalse();
        assertThat(recorded.span("nightly").getLinks()).isEmpty();
        assertThat(recorded.errors("adapter.headers")).isEqualTo(2);
    }

    @Test
    void failed_message_of_a_batch_is_an_event_until_the_batch_is_closed() {
        ToyMessage message = traced(1).id("m1");
        MessageSpan batch = tracer.startBatch(List.of(message, traced(2)));
        tracer.failed(batch, message, new IllegalStateException("odd"));
        batch.close();
        tracer.failed(batch, message, new IllegalStateException("late"));

        SpanData span = recorded.span("process orders");
        assertThat(span.getEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.getAttributes().get(Semconv.MESSAGE_ID))
                        .isEqualTo("m1"));
        assertThat(span.getAttributes().get(Semconv.ERROR_TYPE)).isNull();
        assertThatThrownBy(() -> tracer.failed(batch, message, null)).hasMessageContaining("error");
    }

    private static ToyMessage traced(int producer) {
        return ToyMessage.to("orders").header("traceparent", Headers.traceparent(producer, true));
    }
}
