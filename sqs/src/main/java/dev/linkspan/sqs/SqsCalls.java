package dev.linkspan.sqs;

import dev.linkspan.propagation.BoundedMap;
import io.opentelemetry.context.Scope;
import java.net.URI;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** The traced calls of one client, whatever kind it is of. Where telemetry fails, the call is made without it. */
final class SqsCalls {

    private final SqsSettings settings;
    private final @Nullable URI endpoint;
    private final BoundedMap<String, SqsQueue> queues = new BoundedMap<>();

    /** @param endpoint where the client was told to go; null if it was not */
    SqsCalls(SqsSettings settings, @Nullable URI endpoint) {
        this.settings = settings;
        this.endpoint = endpoint;
    }

    SqsCall<SendMessageRequest, SendMessageResponse> send(SendMessageRequest request) {
        return traced(
                request,
                SendMessageRequest::queueUrl,
                (queue, given) -> new SqsSend(queue, given, queue.requests.start(given)));
    }

    /** For a message that something else will send. */
    SqsCall<SendMessageRequest, SendMessageResponse> create(SendMessageRequest request) {
        return traced(
                request,
                SendMessageRequest::queueUrl,
                (queue, given) -> new SqsSend(queue, given, queue.requests.create(given)));
    }

    SqsCall<SendMessageBatchRequest, SendMessageBatchResponse> sendBatch(SendMessageBatchRequest request) {
        return traced(request, SendMessageBatchRequest::queueUrl, SqsSendBatch::new);
    }

    Scope makeRootCurrent(SendMessageBatchRequest request) {
        try {
            return queue(request.queueUrl()).tracer.makeRootCurrent();
        } catch (Throwable t) {
            settings.telemetry.suppressed("sqs.context", t);
            return Scope.noop();
        }
    }

    SqsCall<ReceiveMessageRequest, ReceiveMessageResponse> receive(ReceiveMessageRequest request) {
        return traced(asking(request), ReceiveMessageRequest::queueUrl, SqsReceive::new);
    }

    /** As {@link #receive}, of messages that were received before: asks for nothing. */
    SqsCall<ReceiveMessageRequest, ReceiveMessageResponse> handOut(ReceiveMessageRequest request) {
        return traced(request, ReceiveMessageRequest::queueUrl, SqsReceive::new);
    }

    ReceiveMessageRequest asking(ReceiveMessageRequest request) {
        return guarded(request, given -> SqsReceive.asking(queue(given.queueUrl()), given));
    }

    SqsCall<DeleteMessageRequest, DeleteMessageResponse> delete(DeleteMessageRequest request) {
        return traced(
                request,
                DeleteMessageRequest::queueUrl,
                (queue, given) -> SqsSettle.one(queue, SqsSettle.DELETE, given, given.receiptHandle()));
    }

    SqsCall<DeleteMessageBatchRequest, DeleteMessageBatchResponse> deleteBatch(DeleteMessageBatchRequest request) {
        return traced(
                request,
                DeleteMessageBatchRequest::queueUrl,
                (queue, given) -> SqsSettle.many(
                        queue, SqsSettle.DELETE, given, given.entries().size(), DeleteMessageBatchResponse::failed));
    }

    SqsCall<ChangeMessageVisibilityRequest, ChangeMessageVisibilityResponse> changeVisibility(
            ChangeMessageVisibilityRequest request) {
        return traced(
                request,
                ChangeMessageVisibilityRequest::queueUrl,
                (queue, given) -> SqsSettle.one(queue, SqsSettle.CHANGE_VISIBILITY, given, given.receiptHandle()));
    }

    SqsCall<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResponse> changeVisibilityBatch(
            ChangeMessageVisibilityBatchRequest request) {
        return traced(
                request,
                ChangeMessageVisibilityBatchRequest::queueUrl,
                (queue, given) -> SqsSettle.many(
                        queue,
                        SqsSettle.CHANGE_VISIBILITY,
                        given,
                        given.entries().size(),
                        ChangeMessageVisibilityBatchResponse::failed));
    }

    private <Q, R> SqsCall<Q, R> traced(
            Q request, Function<Q, @Nullable String> queueUrl, BiFunction<SqsQueue, Q, SqsCall<Q, R>> call) {
        try {
            // the client knows what to say of a request that is none
            if (request != null) {
                return call.apply(queue(queueUrl.apply(request)), request);
            }
        } catch (Throwable t) {
            settings.telemetry.suppressed("sqs.call", t);
        }
        return new SqsCall<>(settings.telemetry, request);
    }

    private <Q> Q guarded(Q request, UnaryOperator<Q> change) {
        try {
            return request == null ? request : change.apply(request);
        } catch (Throwable t) {
            settings.telemetry.suppressed("sqs.request", t);
            return request;
        }
    }

    private SqsQueue queue(@Nullable String url) {
        String key = url == null ? "" : url;
        SqsQueue known = queues.get(key);
        return known != null ? known : queues.remember(key, new SqsQueue(settings, url, endpoint));
    }
}
