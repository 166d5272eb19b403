package dev.linkspan.faults;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.sqs.SqsSettlement;
import dev.linkspan.sqs.SqsTelemetry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/**
 * The application over SQS's clients, in memory or on a broker. Everybody pulls there: by the asynchronous client, unless the
 * fault asks for pulling, then by the other.
 */
public final class SqsApplication extends Application<SqsApplication.Order, Message> {

    private static final int PATIENCE_SECONDS = 30;

    /** What stands behind the clients. */
    public interface Backend extends AutoCloseable {

        /** The URL of the queue to send to. */
        String sent();

        /** The URL of the queue where what was sent arrives. */
        String arrived();

        SqsClient client();

        SqsAsyncClient asyncClient();

        /** Until all of what was sent, which is so many messages, has arrived. Returns why the client's thread died. */
        @Nullable
        Throwable deliver(int count);

        @Override
        default void close() {}
    }

    /** A request, and the attributes that it was made of. Naive tracing writes to these, and makes another request. */
    public record Order(SendMessageRequest request, Map<String, MessageAttributeValue> attributes) {}

    /** What is the same for both kinds of client. */
    private record Client(
            Function<SendMessageRequest, CompletableFuture<SendMessageResponse>> send,
            Function<ReceiveMessageRequest, List<Message>> receive,
            SqsSettlement settlement) {

        static Client of(SqsClient client, String url) {
            return new Client(
                    request -> CompletableFuture.completedFuture(client.sendMessage(request)),
                    request -> client.receiveMessage(request).messages(),
                    SqsSettlement.of(client, url));
        }

        static Client of(SqsAsyncClient client, String url) {
            return new Client(
                    client::sendMessage,
                    request -> client.receiveMessage(request).join().messages(),
                    SqsSettlement.of(client, url));
        }
    }

    private final Backend backend;
    private final SqsTelemetry sqs;
    private final Tracing<Map<String, MessageAttributeValue>> tracing;
    private final BatchProcessor<Message> processor;
    private final Client sending;
    private final Client receiving;
    private final Queue<CompletableFuture<SendMessageResponse>> answers = new ConcurrentLinkedQueue<>();
    private int delivered;
    private int received;

    public SqsApplication(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry, Backend backend) {
        super(fault, seen);
        this.backend = backend;
        this.sqs = SqsTelemetry.create(telemetry.openTelemetry());
        this.tracing = SqsWire.tracing(wrapping, telemetry);
        this.sending = client(tracing.wraps() && !fault.sentElsewhere);
        this.receiving = client(tracing.wraps());
        this.processor = BatchProcessor.create(sqs.messages(backend.arrived()));
    }

    private Client client(boolean wraps) {
        if (fault.pulled) {
            SqsClient client = SqsWire.recorded(backend.client(), seen);
            SqsClient once = wraps ? sqs.wrap(client) : client;
            return Client.of(wraps && fault.nested ? sqs.wrap(once) : once, backend.arrived());
        }
        SqsAsyncClient client = SqsWire.recorded(backend.asyncClient(), seen);
        SqsAsyncClient once = wraps ? sqs.wrap(client) : client;
        return Client.of(wraps && fault.nested ? sqs.wrap(once) : once, backend.arrived());
    }

    @Override
    protected Order outgoing(int id, List<Header> headers) {
        Map<String, MessageAttributeValue> attributes = SqsWire.attributes(headers);
        SendMessageRequest request = SendMessageRequest.builder()
                .queueUrl(backend.sent())
                .messageBody(Integer.toString(id))
                .messageAttributes(attributes)
                .build();
        return new Order(request, attributes);
    }

    @Override
    protected String describe(Order order) {
        return order.toString();
    }

    @Override
    protected void send(Order order, int id) {
        Runnable over = sending(tracing, order.attributes());
        SendMessageRequest request = order.request();
        if (tracing.wrapping() == Wrapping.NAIVE) {
            request = request.toBuilder().messageAttributes(order.attributes()).build();
        }
        CompletableFuture<SendMessageResponse> answer = sending.send().apply(request);
        answers.add(told(answer, failure -> {
            over.run();
            if (failure == null) {
                seen.acknowledged(id);
            } else {
                seen.arrived("answer to " + id, failure);
            }
        }));
    }

    @Override
    protected @Nullable Throwable awaitAnswers() {
        try {
            CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                    .get(PATIENCE_SECONDS, SECONDS);
            int count = answers.size();
            answers.clear();
            delivered += count;
            return backend.deliver(count);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            return e;
        }
    }

    private static ReceiveMessageRequest asking(String url) {
        return ReceiveMessageRequest.builder()
                .queueUrl(url)
                .maxNumberOfMessages(10)
                .waitTimeSeconds(1)
                .messageAttributeNames("All")
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                .build();
    }

    @Override
    protected List<Message> poll() {
        int there = delivered - received;
        // a queue gives them in the order that it likes; all of them can be put into the one that runs have in common
        int most = fault.batches ? Math.min(fault.pollSize, there) : there;
        List<Message> messages = new ArrayList<>();
        while (messages.size() < most) {
            messages.addAll(receiving.receive().apply(asking(backend.arrived())));
        }
        received += messages.size();
        messages.sort(Comparator.comparingInt(SqsWire::id));
        return messages;
    }

    @Override
    protected void consume(List<Message> messages) {
        if (fault.batches) {
            seen.call("process batch", messages.size(), () -> consumeBatch(messages));
            return;
        }
        Set<Message> handled = new HashSet<>();
        for (Message message : messages) {
            int id = SqsWire.id(message);
            MessageTracer<Message> tracer = sqs.messages(backend.arrived());
            if (seen.call(
                    "process " + id,
                    () -> tracing.process(tracer, message, message.messageAttributes(), m -> handle(id)))) {
                handled.add(message);
                seen.called("handled " + id);
            }
        }
        seen.call("settle", () -> receiving.settlement().settle(messages, handled::contains));
    }

    private void consumeBatch(List<Message> messages) throws Throwable {
        if (tracing.wraps()) {
            BatchResult<Message> result = processor.process(messages, batch -> handleAll(batch.messages()));
            result.settle(receiving.settlement()::settle);
        } else {
            tracing.batch(
                    () -> messages.stream().map(Message::messageAttributes).iterator(), () -> handleAll(messages));
            receiving.settlement().settle(messages, message -> true);
        }
    }

    private void handleAll(List<Message> messages) throws Throwable {
        for (Message message : messages) {
            handle(SqsWire.id(message));
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
