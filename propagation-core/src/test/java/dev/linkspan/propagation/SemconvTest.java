package dev.linkspan.propagation;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.trace.SpanKind;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the table of names to messaging conventions v1.44.0, copied here from their text and not from the code. */
class SemconvTest {

    @Test
    void attributes_are_those_of_the_conventions_with_their_types() {
        Map<String, AttributeType> declared = Arrays.stream(Semconv.class.getDeclaredFields())
                .filter(field -> field.getType() == AttributeKey.class)
                .map(SemconvTest::key)
                .collect(toMap(AttributeKey::getKey, AttributeKey::getType));

        assertThat(declared)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        // registry of v1.44.0
                        Map.entry("messaging.system", AttributeType.STRING),
                        Map.entry("messaging.operation.name", AttributeType.STRING),
                        Map.entry("messaging.operation.type", AttributeType.STRING),
                        Map.entry("messaging.destination.name", AttributeType.STRING),
                        Map.entry("messaging.destination.template", AttributeType.STRING),
                        Map.entry("messaging.destination.temporary", AttributeType.BOOLEAN),
                        Map.entry("messaging.destination.anonymous", AttributeType.BOOLEAN),
                        Map.entry("messaging.destination.partition.id", AttributeType.STRING),
                        Map.entry("messaging.batch.message_count", AttributeType.LONG),
                        Map.entry("messaging.client.id", AttributeType.STRING),
                        Map.entry("messaging.consumer.group.name", AttributeType.STRING),
                        Map.entry("messaging.message.id", AttributeType.STRING),
                        Map.entry("messaging.message.conversation_id", AttributeType.STRING),
                        Map.entry("messaging.message.body.size", AttributeType.LONG),
                        Map.entry("server.address", AttributeType.STRING),
                        Map.entry("server.port", AttributeType.LONG),
                        Map.entry("error.type", AttributeType.STRING),
                        // replaced since v1.24, for messaging/dup
                        Map.entry("messaging.operation", AttributeType.STRING),
                        Map.entry("messaging.client_id", AttributeType.STRING),
                        // our own
                        Map.entry("linkspan.job.record_count", AttributeType.LONG),
                        Map.entry("linkspan.links.left_out", AttributeType.LONG),
                        Map.entry("linkspan.link.message_count", AttributeType.LONG),
                        Map.entry("linkspan.message.delivery_count", AttributeType.LONG),
                        Map.entry("linkspan.outcome", AttributeType.STRING),
                        Map.entry("linkspan.reason", AttributeType.STRING),
                        Map.entry("linkspan.site", AttributeType.STRING)));
    }

    @ParameterizedTest
    @CsvSource({
        "CREATE, create, PRODUCER",
        "SEND, send, PRODUCER",
        "RECEIVE, receive, CLIENT",
        "PROCESS, process, CONSUMER",
        "SETTLE, settle, CLIENT"
    })
    void operations_have_the_types_and_kinds_of_the_conventions(Semconv.Type type, String value, SpanKind kind) {
        assertThat(type.value).isEqualTo(value);
        assertThat(type.kind).isEqualTo(kind);
    }

    @Test
    void captured_headers_have_the_name_that_instrumentations_share() {
        assertThat(Semconv.header("tenant").getKey()).isEqualTo("messaging.header.tenant");
        assertThat(Semconv.header("tenant").getType()).isEqualTo(AttributeType.STRING_ARRAY);
    }

    private static AttributeKey<?> key(Field field) {
        try {
            return (AttributeKey<?>) field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
