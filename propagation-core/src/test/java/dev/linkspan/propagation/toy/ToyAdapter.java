package dev.linkspan.propagation.toy;

import dev.linkspan.propagation.AttributeSink;
import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import io.opentelemetry.api.common.AttributeKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What core must know of a {@link ToyMessage}. */
public class ToyAdapter implements MessageAdapter<ToyMessage, Map<String, List<String>>> {

    public static final String SCOPE = "dev.linkspan.toy";
    public static final AttributeKey<String> KEY = AttributeKey.stringKey("messaging.toy.message.key");
    public static final AttributeKey<String> OLD_KEY = AttributeKey.stringKey("messaging.toy.key");

    private static final ToyCarrier CARRIER = new ToyCarrier();

    @Override
    public String instrumentationName() {
        return SCOPE;
    }

    @Override
    public @Nullable String instrumentationVersion() {
        return "1.2.3";
    }

    @Override
    public String system() {
        return "toy";
    }

    @Override
    public HeaderCarrier<Map<String, List<String>>> carrier() {
        return CARRIER;
    }

    @Override
    public @Nullable Map<String, List<String>> headers(ToyMessage message) {
        return message.headers();
    }

    @Override
    public @Nullable String destination(ToyMessage message) {
        return message.topic();
    }

    @Override
    public boolean temporary(ToyMessage message) {
        return message.topic().startsWith("reply.");
    }

    @Override
    public boolean anonymous(ToyMessage message) {
        return message.topic().startsWith("gen-");
    }

    @Override
    public @Nullable String destinationTemplate(ToyMessage message) {
        return message.topic().startsWith("user.") ? "user.{id}" : null;
    }

    @Override
    public @Nullable String partition(ToyMessage message) {
        return message.partition();
    }

    @Override
    public @Nullable String messageId(ToyMessage message) {
        return message.id();
    }

    @Override
    public int deliveryCount(ToyMessage message) {
        return message.deliveries();
    }

    @Override
    public long bodySize(ToyMessage message) {
        return message.body().getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public void attributes(ToyMessage message, AttributeSink sink) {
        sink.putKey(KEY, message.key());
        sink.putOld(OLD_KEY, message.key());
    }

    @Override
    public String receiveName() {
        return "poll";
    }
}
