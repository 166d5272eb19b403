package dev.linkspan.sqs;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import org.jspecify.annotations.Nullable;

/** What is the same for messages that are sent, received, or handed to a Lambda function. */
abstract class SqsAdapter<M> implements MessageAdapter<M, SqsHeaders> {

    /** Null where the classes do not come from the jar. */
    private static final @Nullable String VERSION =
            SqsAdapter.class.getPackage().getImplementationVersion();

    @Override
    public String instrumentationName() {
        return "dev.linkspan.sqs";
    }

    @Override
    public @Nullable String instrumentationVersion() {
        return VERSION;
    }

    @Override
    public String system() {
        return "aws_sqs";
    }

    @Override
    public HeaderCarrier<SqsHeaders> carrier() {
        return SqsCarrier.INSTANCE;
    }

    @Override
    public long bodySize(M message) {
        String body = body(message);
        return body == null ? -1 : SqsSize.utf8(body);
    }

    abstract @Nullable String body(M message);

    /** From the system attribute {@code ApproximateReceiveCount}, which is there if the application asked for it. */
    static int receiveCount(@Nullable String attribute) {
        return attribute == null ? 0 : Integer.parseInt(attribute);
    }
}
