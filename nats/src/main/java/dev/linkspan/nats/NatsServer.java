package dev.linkspan.nats;

import dev.linkspan.propagation.ClientFacts;
import io.nats.client.api.ServerInfo;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The server that a connection has, and what it takes.
 *
 * @param maxPayload how many bytes of headers and body a message may have; 0 if that is unknown
 */
record NatsServer(
        @Nullable String address, int port, @Nullable String clientId, boolean takesHeaders, long maxPayload) {

    static final NatsServer UNKNOWN = new NatsServer(null, 0, null, true, 0);

    /** @param url may hold a password, of which nothing is kept */
    static NatsServer of(ServerInfo info, String url) {
        String address = null;
        int port = 0;
        try {
            URI uri = new URI(url);
            String host = uri.getHost();
            address = host != null && host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            port = Math.max(0, uri.getPort());
        } catch (URISyntaxException e) {
            // the client took it for a server's name, so there is a server; it goes unnamed
            address = null;
        }
        String clientId = info.getClientId() > 0 ? Integer.toString(info.getClientId()) : null;
        return new NatsServer(address, port, clientId, info.isHeadersSupported(), info.getMaxPayload());
    }

    ClientFacts facts() {
        return ClientFacts.NONE.clientId(clientId).server(address, port);
    }
}
