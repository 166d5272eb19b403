package dev.linkspan.batch;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import dev.linkspan.propagation.PayloadCarrier;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records of which nothing is known but the context that was stored with them. */
final class StoredContexts implements MessageAdapter<Map<String, Object>, Map<String, Object>> {

    /** Null where the classes do not come from the jar. */
    private static final @Nullable String VERSION =
            StoredContexts.class.getPackage().getImplementationVersion();

    @Override
    public String instrumentationName() {
        return "dev.linkspan.batch";
    }

    @Override
    public @Nullable String instrumentationVersion() {
        return VERSION;
    }

    @Override
    public String system() {
        return "stored";
    }

    @Override
    public HeaderCarrier<Map<String, Object>> carrier() {
        return PayloadCarrier.ofMap();
    }

    @Override
    public Map<String, Object> headers(Map<String, Object> stored) {
        return stored;
    }

    @Override
    public @Nullable String destination(Map<String, Object> stored) {
        return null;
    }
}
