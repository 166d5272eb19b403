package dev.linkspan.examples;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.sqs.SqsLambdaTelemetry;
import dev.linkspan.sqs.SqsSettlement;
import dev.linkspan.sqs.SqsTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.Message;

/** The first snippets of SQS's README: one by one, in batches, with the batch manager, and in a Lambda function. */
public final class SqsQuickstart {

    private final Supplier<SqsClient> clients;
    private final String queueUrl;
    private final Consumer<String> handler;

    /** Which clients to use, from where to take orders, and what to do with one. */
    public SqsQuickstart(Supplier<SqsClient> clients, String queueUrl, Consumer<String> handler) {
        this.clients = clients;
        this.queueUrl = queueUrl;
        this.handler = handler;
    }

    /** Sends an order, and handles orders one by one while it is told to. */
    public void oneByOne(OpenTelemetry openTelemetry, BooleanSupplier running) {
        SqsTelemetry sqs = SqsTelemetry.create(openTelemetry);

        SqsClient client = sqs.wrap(clients.get());
        client.sendMessage(b -> b.queueUrl(queueUrl).messageBody("two chairs"));

        MessageTracer<Message> messages = sqs.messages(queueUrl);
        while (running.getAsBoolean()) {
            for (Message message : client.receiveMessage(
                            b -> b.queueUrl(queueUrl).waitTimeSeconds(20))
                    .messages()) {
                messages.process(message, this::handle);
                client.deleteMessage(b -> b.queueUrl(queueUrl).receiptHandle(message.receiptHandle()));
            }
        }

        client.close();
    }

    /** Handles what one receive brings as a batch, and deletes what was handled. */
    public BatchResult<Message> asOneBatch(SqsTelemetry sqs, SqsClient client) {
        BatchProcessor<Message> orders = BatchProcessor.create(sqs.messages(queueUrl));
        SqsSettlement settlement = SqsSettlement.of(client, queueUrl, Duration.ZERO); // what failed comes again at once
        return orders.process(
                client.receiveMessage(b -> b.queueUrl(queueUrl).maxNumberOfMessages(10))
                        .messages(),
                batch -> batch.forEach(this::handle),
                settlement::settle);
    }

    /** Sends an order with others, in one call. */
    public void withOthers(SqsTelemetry sqs, SqsAsyncClient asyncClient) {
        SqsAsyncBatchManager manager = sqs.wrap(asyncClient).batchManager();
        manager.sendMessage(b -> b.queueUrl(queueUrl).messageBody("two chairs")).join();

        // it cancels what is still on its way
        manager.close();
    }

    private void handle(Message order) {
        handler.accept(order.body());
    }

    /** A Lambda function that is called with orders. */
    public static final class Function {

        private final BatchProcessor<SQSMessage> orders;
        private final SqsLambdaTelemetry lambda;
        private final Consumer<String> handler;

        /** Once for all events. */
        public Function(OpenTelemetry openTelemetry, Consumer<String> handler) {
            this.lambda = SqsLambdaTelemetry.create(openTelemetry);
            this.orders = BatchProcessor.create(lambda.messages());
            this.handler = handler;
        }

        /** Called by Lambda. */
        public SQSBatchResponse handleRequest(SQSEvent event) {
            BatchResult<SQSMessage> result = orders.process(event.getRecords(), batch -> batch.forEach(this::handle));
            return lambda.response(event, result::succeeded); // with ReportBatchItemFailures
        }

        private void handle(SQSMessage order) {
            handler.accept(order.getBody());
        }
    }
}
