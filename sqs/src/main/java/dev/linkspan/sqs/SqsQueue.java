package dev.linkspan.sqs;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageTracer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** All that is the same for each call on one queue through one client: made once. */
final class SqsQueue {

    final SqsSettings settings;
    final @Nullable String name;
    final MessageTracer<Message> tracer;
    final MessageSender<SendMessageRequest, SqsHeaders> requests;
    final MessageSender<SendMessageBatchRequestEntry, SqsHeaders> entries;
    /** The attributes to ask for; empty without propagation. */
    final List<String> attributeNames;

    SqsQueue(SqsSettings settings, @Nullable String url, @Nullable URI endpoint) {
        this.settings = settings;
        this.name = SqsClientFacts.queueName(url);
        ClientFacts facts = SqsClientFacts.of(url, endpoint);
        this.tracer =
                settings.telemetry.tracer(new SqsMessageAdapter(name, settings.readsSnsEnvelopes(name)), facts, false);
        this.requests = settings.telemetry.sender(SqsSendAdapter.ofRequests(name), facts);
        this.entries = settings.telemetry.sender(SqsSendAdapter.ofEntries(name), facts);
        this.attributeNames = attributeNames(settings, name == null ? "" : name);
    }

    private static List<String> attributeNames(SqsSettings settings, String queue) {
        List<String> names = new ArrayList<>();
        settings.telemetry.headerNames(queue).stream()
                .filter(SqsCarrier::isName)
                .forEach(names::add);
        // that is how SQS takes a prefix
        settings.telemetry.headerPrefixes(queue).stream()
                .filter(SqsCarrier::isName)
                .map(prefix -> prefix + ".*")
                .forEach(names::add);
        return List.copyOf(names);
    }
}
