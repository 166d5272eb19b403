package dev.linkspan.sqs;

import dev.linkspan.propagation.ClientFacts;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What a queue's URL and a client's endpoint say of the broker. */
final class SqsClientFacts {

    private SqsClientFacts() {}

    /** @param endpoint where the client was told to go; null for where the queue's URL points to */
    static ClientFacts of(@Nullable String queueUrl, @Nullable URI endpoint) {
        ClientFacts facts = ClientFacts.NONE;
        URI server = endpoint != null ? endpoint : uri(queueUrl);
        if (server != null && server.getHost() != null) {
            facts = facts.server(server.getHost(), port(server));
        }
        return queueUrl == null ? facts : facts.attribute(SqsAttributes.QUEUE_URL, queueUrl);
    }

    /** The last part of the path; all of it where there is none. */
    static @Nullable String queueName(@Nullable String queueUrl) {
        if (queueUrl == null) {
            return null;
        }
        String name = queueUrl.substring(queueUrl.lastIndexOf('/') + 1);
        return name.isEmpty() ? queueUrl : name;
    }

    private static @Nullable URI uri(@Nullable String queueUrl) {
        try {
            return queueUrl == null ? null : URI.create(queueUrl);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int port(URI server) {
        if (server.getPort() > 0) {
            return server.getPort();
        }
        return "https".equalsIgnoreCase(server.getScheme())
                ? 443
                : "http".equalsIgnoreCase(server.getScheme()) ? 80 : 0;
    }
}
