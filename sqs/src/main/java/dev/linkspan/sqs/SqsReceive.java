package dev.linkspan.sqs;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/** A receive, traced after the fact. The response goes to the application as the client gave it. */
final class SqsReceive extends SqsCall<ReceiveMessageRequest, ReceiveMessageResponse> {

    private final SqsQueue queue;
    private final Context caller = Context.current();
    private final long startNanos = System.nanoTime();

    SqsReceive(SqsQueue queue, ReceiveMessageRequest request) {
        super(queue.settings.telemetry, request);
        this.queue = queue;
        queue.settings.countsDeliveriesOf(queue.name);
    }

    /** SQS hands out only the attributes that it is asked for, so this asks for those that carry a context. */
    @SuppressWarnings("deprecation") // of the two lists of system attributes, applications still use the older
    static ReceiveMessageRequest asking(SqsQueue queue, ReceiveMessageRequest request) {
        if (queue.attributeNames.isEmpty()) {
            return request;
        }
        ReceiveMessageRequest.Builder copy = request.toBuilder();
        List<String> missing = missing(queue.attributeNames, request.messageAttributeNames());
        if (!missing.isEmpty()) {
            copy.messageAttributeNames(join(request.messageAttributeNames(), missing));
        }
        List<String> asked = join(request.messageSystemAttributeNamesAsStrings(), request.attributeNamesAsStrings());
        if (!asked.contains("All") && !asked.contains(SqsTraceHeader.NAME)) {
            // whoever still uses the older list keeps to it
            List<String> header = List.of(SqsTraceHeader.NAME);
            if (request.hasAttributeNames() && !request.hasMessageSystemAttributeNames()) {
                copy.attributeNamesWithStrings(join(request.attributeNamesAsStrings(), header));
            } else {
                copy.messageSystemAttributeNamesWithStrings(
                        join(request.messageSystemAttributeNamesAsStrings(), header));
            }
        }
        return copy.build();
    }

    private static List<String> missing(List<String> needed, List<String> asked) {
        return needed.stream().filter(name -> !isAskedFor(name, asked)).toList();
    }

    private static boolean isAskedFor(String name, List<String> asked) {
        for (String each : asked) {
            boolean prefix = each.endsWith(".*") && name.startsWith(each.substring(0, each.length() - 2));
            if (each.equals(name) || each.equals("All") || prefix) {
                return true;
            }
        }
        return false;
    }

    private static List<String> join(List<String> first, List<String> then) {
        List<String> both = new ArrayList<>(first);
        both.addAll(then);
        return both;
    }

    @Override
    void answered(ReceiveMessageResponse response) {
        if (response.messages().isEmpty()) {
            return;
        }
        try (Scope scope = caller.makeCurrent()) {
            queue.tracer.received(response.messages(), startNanos, span -> SqsAnswers.describe(span, response));
        }
    }

    @Override
    void failed(Throwable error) {
        if (SqsAnswers.isCancelled(error)) {
            return;
        }
        try (Scope scope = caller.makeCurrent()) {
            queue.tracer.receiveFailed(error, startNanos, queue.name, span -> SqsAnswers.describe(span, error));
        }
    }
}
