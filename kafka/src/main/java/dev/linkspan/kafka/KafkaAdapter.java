package dev.linkspan.kafka;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What is the same for records that are sent and records that are received. */
abstract class KafkaAdapter<M> implements MessageAdapter<M, Headers> {

    /** Null where the classes do not come from the jar. */
    private static final @Nullable String VERSION =
            KafkaAdapter.class.getPackage().getImplementationVersion();

    @Override
    public String instrumentationName() {
        return "dev.linkspan.kafka";
    }

    @Override
    public @Nullable String instrumentationVersion() {
        return VERSION;
    }

    @Override
    public String system() {
        return "kafka";
    }

    @Override
    public HeaderCarrier<Headers> carrier() {
        return KafkaCarrier.INSTANCE;
    }
}
