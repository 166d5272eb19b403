package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaCommitTest {

    private static final Map<TopicPartition, OffsetAndMetadata> ONE =
            Map.of(new TopicPartition("orders", 3), new OffsetAndMetadata(42));
    private static final Map<TopicPartition, OffsetAndMetadata> TWO_PARTITIONS = Map.of(
            new TopicPartition("orders", 3), new OffsetAndMetadata(42),
            new TopicPartition("orders", 4), new OffsetAndMetadata(43));
    private static final Map<TopicPartition, OffsetAndMetadata> TWO_TOPICS = Map.of(
            new TopicPartition("orders", 3), new OffsetAndMetadata(42),
            new TopicPartition("refunds", 3), new OffsetAndMetadata(43));

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final Committing client = new Committing();
    private final Consumer<String, String> consumer = kafka.wrap(client);

    /** Keeps callbacks, or fails. */
    private static final class Committing extends FakeConsumer {
        final List<Object> commits = new ArrayList<>();
        OffsetCommitCallback callback;
        RuntimeException failure;
        Span current;

        private void commit(Object what, OffsetCommitCallback callback) {
            commits.add(what);
            this.callback = callback;
            current = Span.current();
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public synchronized void commitSync() {
            commit("all", null);
        }

        @Override
        public synchronized void commitSync(Duration timeout) {
            commit(timeout, null);
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            commit(offsets, null);
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
            commit(Map.of(offsets, timeout), null);
        }

        @Override
        public synchronized void commitAsync() {
            commit("all", null);
        }

        @Override
        public synchronized void commitAsync(OffsetCommitCallback callback) {
            commit("all", callback);
        }

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            commit(offsets, callback);
        }
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void each_form_of_commit_reaches_the_client_and_makes_a_span() {
        OffsetCommitCallback callback = (offsets, exception) -> {};
        telemetry.inSpan("work", () -> {
            consumer.commitSync();
            consumer.commitSync(Duration.ofSeconds(1));
            consumer.commitSync(ONE);
            consumer.commitSync(ONE, Duration.ofSeconds(2));
            consumer.commitAsync();
            consumer.commitAsync(null);
            consumer.commitAsync(ONE, null);
            consumer.commitAsync(callback);
            client.callback.onComplete(ONE, null);
            consumer.commitAsync(ONE, callback);
            client.callback.onComplete(ONE, null);
        });

        assertThat(client.commits)
                .isEqualTo(List.of(
                        "all",
                        Duration.ofSeconds(1),
                        ONE,
                        Map.of(ONE, Duration.ofSeconds(2)),
                        "all",
                        "all",
                        ONE,
                        "all",
                        ONE));
        assertThat(telemetry.spans("commit")).hasSize(5);
        assertThat(telemetry.spans("commit orders")).hasSize(4);
    }

    @Test
    void span_has_these_attributes_and_no_others() {
        SpanContext work = telemetry.inSpan("work", () -> consumer.commitSync(ONE));

        assertThat(telemetry.span("commit orders"))
                .hasKind(SpanKind.CLIENT)
                .hasParentSpanId(work.getSpanId())
                .hasTotalRecordedLinks(0)
                .hasAttributes(settle("orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.kafka.offset", 42)
                        .build());
        assertThat(client.current.getSpanContext())
                .isEqualTo(telemetry.span("commit orders").getSpanContext());
    }

    @Test
    void span_over_several_partitions_or_topics_says_only_what_is_common() {
        telemetry.inSpan("work", () -> {
            consumer.commitSync(TWO_PARTITIONS);
            consumer.commitSync(TWO_TOPICS);
        });

        assertThat(telemetry.span("commit orders"))
                .hasAttributes(settle("orders").build());
        assertThat(telemetry.span("commit")).hasAttributes(settle(null).build());
    }

    @Test
    void commit_outside_any_span_makes_none_but_is_measured() {
        consumer.commitSync(ONE);

        assertThat(telemetry.spans()).isEmpty();
        assertThat(telemetry.measured("messaging.client.operation.duration"))
                .isEqualTo(Map.of(settle("orders").build(), 1L));
    }

    @Test
    void commit_outside_any_span_makes_one_if_policy_says_so() {
        Consumer<String, String> chatty = KafkaTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.rootSettleSpans(true))
                .build()
                .wrap(client);
        chatty.commitSync();

        assertThat(telemetry.span("commit")).hasNoParent();
    }

    @Test
    void failure_reaches_the_caller_as_it_is() {
        client.failure = new CommitFailedException("rebalanced");
        telemetry.inSpan("work", () -> {
            assertThatThrownBy(() -> consumer.commitSync()).isSameAs(client.failure);
            assertThatThrownBy(() -> consumer.commitAsync((offsets, exception) -> {}))
                    .isSameAs(client.failure);
        });

        assertThat(telemetry.spans("commit"))
                .hasSize(2)
                .allSatisfy(
                        span -> assertThat(span.getStatus().getDescription()).isEqualTo("rebalanced"));
    }

    @Test
    void commit_without_a_callback_leaves_the_client_to_log_its_failure() {
        consumer.commitAsync(ONE, null);
        assertThat(client.callback).isNull();
    }

    @Test
    void callback_gets_the_clients_own_objects_in_the_callers_context_after_the_span_ended() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(ONE);
        CommitFailedException failure = new CommitFailedException("rebalanced");
        List<Object> seen = new ArrayList<>();
        SpanContext work = telemetry.inSpan(
                "work",
                () -> consumer.commitAsync(ONE, (committed, exception) -> {
                    seen.add(committed == offsets);
                    seen.add(exception);
                    seen.add(Span.current().getSpanContext());
                    seen.add(telemetry.spans("commit orders").size());
                }));
        assertThat(telemetry.spans("commit orders")).isEmpty();

        telemetry.inSpan("next poll", () -> client.callback.onComplete(offsets, failure));

        assertThat(seen).isEqualTo(List.of(true, failure, work, 1));
        assertThat(telemetry.span("commit orders").getStatus().getDescription()).isEqualTo("rebalanced");
    }

    @Test
    void exception_of_the_callback_reaches_the_client_as_it_is() {
        IllegalStateException failure = new IllegalStateException("callback");
        consumer.commitAsync((offsets, exception) -> {
            throw failure;
        });

        assertThatThrownBy(() -> client.callback.onComplete(ONE, null)).isSameAs(failure);
    }

    @Test
    void null_offsets_and_odd_ones_are_the_clients_to_judge() {
        Map<TopicPartition, OffsetAndMetadata> odd = new HashMap<>();
        odd.put(null, null);
        telemetry.inSpan("work", () -> {
            consumer.commitSync((Map<TopicPartition, OffsetAndMetadata>) null);
            consumer.commitSync(Map.of());
            consumer.commitSync(odd);
        });

        assertThat(client.commits).containsExactly(null, Map.of(), odd);
        assertThat(telemetry.spans("commit")).hasSize(3);
    }

    private static AttributesBuilder settle(String topic) {
        AttributesBuilder attributes = Attributes.builder()
                .put("messaging.system", "kafka")
                .put("messaging.operation.name", "commit")
                .put("messaging.operation.type", "settle")
                .put("messaging.consumer.group.name", "billing");
        return topic == null ? attributes : attributes.put("messaging.destination.name", topic);
    }
}
