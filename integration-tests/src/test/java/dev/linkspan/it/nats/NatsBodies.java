package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nats.client.Message;

/** Text as messages carry it. */
final class NatsBodies {

    private NatsBodies() {}

    static byte[] body(String text) {
        return text.getBytes(UTF_8);
    }

    static String textOf(Message message) {
        return new String(message.getData(), UTF_8);
    }
}
