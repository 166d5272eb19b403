package dev.linkspan.it.sqs;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.SqsApplication;
import dev.linkspan.faults.SqsWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeNameForSends;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** The fault tests' application on a broker. */
final class SqsFaults {

    static final String WHERE = "sqs broker";

    /** Nothing comes again by itself while a test runs. */
    static final Map<String, String> PATIENT = Map.of("VisibilityTimeout", "3600");

    private SqsFaults() {}

    /** The runs of a test share the bare clients: to make them takes longer than most runs. */
    static Fault.Opener on(SqsClients sqs) {
        SqsClient client = sqs.client();
        SqsAsyncClient asyncClient = sqs.asyncClient();
        return (wrapping, fault, seen, telemetry) -> new SqsApplication(
                wrapping,
                fault,
                seen,
                telemetry,
                new Queues(sqs.queue("", PATIENT), sqs.queue("", PATIENT), client, asyncClient, fault, seen));
    }

    /**
     * What is sent lies in one queue, from which a bare client takes it, as it is on the wire, and puts it into the other, as
     * the fault wants it to arrive.
     */
    private record Queues(
            String sent, String arrived, SqsClient client, SqsAsyncClient asyncClient, Fault fault, Observation seen)
            implements SqsApplication.Backend {

        @Override
        public @Nullable Throwable deliver(int count) {
            for (int delivered = 0; delivered < count; ) {
                List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
                for (Message message : SqsRun.receive(client, sent, 10)) {
                    int id = SqsWire.id(message);
                    List<Header> headers = SqsWire.headers(message);
                    seen.onWire(id, headers);
                    entries.add(SendMessageBatchRequestEntry.builder()
                            .id(Integer.toString(entries.size()))
                            .messageBody(message.body())
                            .messageAttributes(SqsWire.attributes(fault.arriving(id, headers)))
                            .messageSystemAttributes(traceHeader(message))
                            .build());
                }
                if (!entries.isEmpty()) {
                    int taken = client.sendMessageBatch(b -> b.queueUrl(arrived).entries(entries))
                            .successful()
                            .size();
                    if (taken < entries.size()) {
                        return new IllegalStateException("the server refuses what should arrive");
                    }
                }
                delivered += entries.size();
            }
            return null;
        }

        /** It travels beside the attributes. */
        private static Map<MessageSystemAttributeNameForSends, MessageSystemAttributeValue> traceHeader(
                Message message) {
            String header = message.attributes().get(MessageSystemAttributeName.AWS_TRACE_HEADER);
            return header == null
                    ? Map.of()
                    : Map.of(
                            MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                            MessageSystemAttributeValue.builder()
                                    .dataType("String")
                                    .stringValue(header)
                                    .build());
        }
    }
}
