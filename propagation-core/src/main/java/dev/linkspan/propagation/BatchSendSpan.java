package dev.linkspan.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Many messages that are being sent at once. */
final class BatchSendSpan extends MessageSpan {

    private final List<? extends MessageSpan> messages;

    BatchSendSpan(
            DestinationOperation operation,
            Span span,
            Context context,
            Context caller,
            long startNanos,
            List<? extends MessageSpan> messages) {
        super(operation, span, context, caller, startNanos);
        this.messages = messages;
    }

    @Override
    public MessageSpan message(int index) {
        return messages.get(index);
    }

    @Override
    void ending(@Nullable String errorType) {
        for (int i = 0; i < messages.size(); i++) {
            messages.get(i).closeWith(errorType);
        }
    }
}
