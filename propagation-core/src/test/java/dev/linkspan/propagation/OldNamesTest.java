package dev.linkspan.propagation;

import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shared switch for names that the conventions replaced. */
class OldNamesTest {

    private static final String PROPERTY = "otel.semconv-stability.opt-in";
    private static final AttributeKey<String> OLD_CLUSTER = stringKey("messaging.toy.cluster");

    private final RecordedTelemetry recorded = RecordedTelemetry.create();

    @AfterEach
    void clear_the_switch() {
        System.clearProperty(PROPERTY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"messaging/dup", "http,messaging/dup", " messaging/dup ,messaging", "messaging,messaging/dup"})
    void dup_writes_the_old_names_beside_the_new_ones(String value) {
        Attributes attributes = process(value).getAttributes();

        assertThat(attributes.get(Semconv.OLD_OPERATION)).isEqualTo("process");
        assertThat(attributes.get(Semconv.OPERATION_TYPE)).isEqualTo("process");
        assertThat(attributes.get(Semconv.OLD_CLIENT_ID)).isEqualTo("c7");
        assertThat(attributes.get(Semconv.CLIENT_ID)).isEqualTo("c7");
        assertThat(attributes.get(ToyAdapter.OLD_KEY)).isEqualTo("k");
        assertThat(attributes.get(ToyAdapter.KEY)).isEqualTo("k");
        assertThat(attributes.get(OLD_CLUSTER)).isEqualTo("x");
        assertThat(attributes.get(Semconv.BODY_SIZE)).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "messaging",
                "http/dup",
                "messaging/dup2",
                "MESSAGING/DUP",
                "unknown,another/dup",
                "messaging /dup"
            })
    void other_tokens_write_the_new_names_only(String value) {
        Attributes attributes = process(value).getAttributes();

        assertThat(attributes.get(Semconv.OPERATION_TYPE)).isEqualTo("process");
        assertThat(attributes.get(Semconv.OLD_OPERATION)).isNull();
        assertThat(attributes.get(Semconv.OLD_CLIENT_ID)).isNull();
        assertThat(attributes.get(ToyAdapter.OLD_KEY)).isNull();
        assertThat(attributes.get(OLD_CLUSTER)).isNull();
        assertThat(attributes.get(Semconv.BODY_SIZE)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"create, create", "send, publish", "poll, receive", "process, process", "ack,"})
    void old_operation_has_the_value_it_used_to_have(String operation, String old) {
        System.setProperty(PROPERTY, "messaging/dup");
        ToyQueue queue = new ToyQueue(recorded.messaging(policy -> policy.rootSettleSpans(true)));
        queue.create(ToyMessage.to("orders"));
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(queue.poll().get(0), message -> {});
        queue.messages().startSettleAt("ack", "orders").close();

        assertThat(recorded.span(operation + " orders").getAttributes().get(Semconv.OLD_OPERATION))
                .isEqualTo(old);
    }

    @Test
    void dup_leaves_span_names_kinds_and_metrics_new() {
        SpanData dup = process("messaging/dup");

        assertThat(dup.getName()).isEqualTo("process orders");
        assertThat(recorded.metric("messaging.process.duration")
                        .getHistogramData()
                        .getPoints())
                .allSatisfy(point -> assertThat(point.getAttributes().get(Semconv.OLD_OPERATION))
                        .isNull());
    }

    @Test
    void switch_is_read_when_telemetry_is_built() {
        ToyQueue before = new ToyQueue(recorded.messaging());
        System.setProperty(PROPERTY, "messaging/dup");
        before.send(ToyMessage.to("orders"));

        assertThat(recorded.span("send orders").getAttributes().get(Semconv.OLD_OPERATION))
                .isNull();
    }

    private SpanData process(String optIn) {
        System.setProperty(PROPERTY, optIn);
        ClientFacts client = ClientFacts.NONE.clientId("c7").oldAttribute(OLD_CLUSTER, "x");
        new ToyQueue(recorded.messaging(), new ToyAdapter(), client)
                .messages()
                .process(ToyMessage.to("orders").key("k"), message -> {});
        return recorded.span("process orders");
    }
}
