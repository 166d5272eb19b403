package dev.linkspan.propagation;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one place that spells names of the messaging conventions, v1.44.0. Declared by hand because the generated
 * constants for messaging stop at 1.43.
 */
final class Semconv {

    static final String SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0";

    static final AttributeKey<String> SYSTEM = stringKey("messaging.system");
    static final AttributeKey<String> OPERATION_NAME = stringKey("messaging.operation.name");
    static final AttributeKey<String> OPERATION_TYPE = stringKey("messaging.operation.type");
    static final AttributeKey<String> DESTINATION_NAME = stringKey("messaging.destination.name");
    static final AttributeKey<String> DESTINATION_TEMPLATE = stringKey("messaging.destination.template");
    static final AttributeKey<Boolean> DESTINATION_TEMPORARY = booleanKey("messaging.destination.temporary");
    static final AttributeKey<Boolean> DESTINATION_ANONYMOUS = booleanKey("messaging.destination.anonymous");
    static final AttributeKey<String> PARTITION_ID = stringKey("messaging.destination.partition.id");
    static final AttributeKey<Long> BATCH_MESSAGE_COUNT = longKey("messaging.batch.message_count");
    static final AttributeKey<String> CLIENT_ID = stringKey("messaging.client.id");
    static final AttributeKey<String> CONSUMER_GROUP = stringKey("messaging.consumer.group.name");
    static final AttributeKey<String> MESSAGE_ID = stringKey("messaging.message.id");
    static final AttributeKey<String> CONVERSATION_ID = stringKey("messaging.message.conversation_id");
    static final AttributeKey<Long> BODY_SIZE = longKey("messaging.message.body.size");
    static final AttributeKey<String> SERVER_ADDRESS = stringKey("server.address");
    static final AttributeKey<Long> SERVER_PORT = longKey("server.port");
    static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");

    /** What v1.24 called them; only with {@code messaging/dup}. */
    static final AttributeKey<String> OLD_OPERATION = stringKey("messaging.operation");

    static final AttributeKey<String> OLD_CLIENT_ID = stringKey("messaging.client_id");

    static final AttributeKey<Long> LINKS_LEFT_OUT = longKey("linkspan.links.left_out");
    static final AttributeKey<Long> LINK_MESSAGE_COUNT = longKey("linkspan.link.message_count");
    static final AttributeKey<Long> JOB_RECORD_COUNT = longKey("linkspan.job.record_count");
    static final AttributeKey<Long> DELIVERY_COUNT = longKey("linkspan.message.delivery_count");
    static final AttributeKey<String> OUTCOME = stringKey("linkspan.outcome");
    static final AttributeKey<String> REASON = stringKey("linkspan.reason");
    static final AttributeKey<String> ERROR_SITE = stringKey("linkspan.site");

    static final String OPERATION_DURATION = "messaging.client.operation.duration";
    static final String PROCESS_DURATION = "messaging.process.duration";
    static final String SENT_MESSAGES = "messaging.client.sent.messages";
    static final String CONSUMED_MESSAGES = "messaging.client.consumed.messages";
    static final String EXTRACTIONS = "linkspan.propagation.extracted";
    static final String INJECTIONS = "linkspan.propagation.injected";
    static final String REJECTIONS = "linkspan.propagation.rejected";
    static final String LEFT_OUT = "linkspan.links.left_out";
    static final String ERRORS = "linkspan.telemetry.errors";

    static final List<Double> DURATION_BUCKETS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    private Semconv() {}

    static AttributeKey<List<String>> header(String name) {
        return stringArrayKey("messaging.header." + name);
    }

    /** Operation types with the kind of span and the value that {@code messaging.operation} had. */
    enum Type {
        CREATE("create", SpanKind.PRODUCER, "create"),
        SEND("send", SpanKind.PRODUCER, "publish"),
        RECEIVE("receive", SpanKind.CLIENT, "receive"),
        PROCESS("process", SpanKind.CONSUMER, "process"),
        SETTLE("settle", SpanKind.CLIENT, null),
        /** No messaging operation: such a span has none of the names above. */
        JOB("job", SpanKind.INTERNAL, null);

        final String value;
        final SpanKind kind;
        final @Nullable String old;

        Type(String value, SpanKind kind, @Nullable String old) {
            this.value = value;
            this.kind = kind;
            this.old = old;
        }
    }

    /**
     * Whether the old names are written beside the new ones. Entries that are not ours are ignored.
     *
     * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/">the notice on migration</a>
     */
    static boolean writesOldNames() {
        String optIn = System.getProperty("otel.semconv-stability.opt-in");
        if (optIn == null) {
            optIn = System.getenv("OTEL_SEMCONV_STABILITY_OPT_IN");
        }
        if (optIn != null) {
            for (String token : optIn.split(",", -1)) {
                if (token.trim().equals("messaging/dup")) {
                    return true;
                }
            }
        }
        return false;
    }
}
