package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.LongString;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one frame that holds all properties of a message, headers among them; a message whose frame is too large is refused. */
final class RabbitMqHeaderFrame {

    /** What RabbitMQ offers unless it is configured otherwise, and so what a connection has that asks for no limit. */
    static final int DEFAULT_MAX = 131_072;

    /** More than all that we write can ever come to, and properties other than headers. */
    private static final int FAR_FROM_LIMIT = 32_768;

    /** Of a value that is no text: a number, a truth value, a time. */
    private static final int MAX_SCALAR = 16;

    private static final long EMPTY_TABLE = 4;

    private RabbitMqHeaderFrame() {}

    /** What a connection will agree on that asks for this. A broker that offers less is seen when the client refuses. */
    static int max(int requested) {
        return requested <= 0 ? DEFAULT_MAX : Math.min(requested, DEFAULT_MAX);
    }

    /**
     * How much larger the frame may become. Unlimited where it is far from the limit, and where it exceeds the limit already,
     * because then the connection's limit is another one.
     *
     * @throws IllegalArgumentException where a header is of a type that the client refuses
     */
    static long roomFor(BasicProperties properties, int bodySize, int max) throws IOException {
        Map<String, Object> headers = properties.getHeaders();
        if (atMost(headers) < max - FAR_FROM_LIMIT) {
            return Long.MAX_VALUE;
        }
        // exactly as the client will do it
        long size = properties.toFrame(1, Math.max(0, bodySize)).size() + (headers == null ? EMPTY_TABLE : 0L);
        return size > max ? Long.MAX_VALUE : max - size;
    }

    private static long atMost(@Nullable Map<String, Object> headers) {
        long size = 0;
        if (headers != null) {
            for (Map.Entry<String, Object> header : headers.entrySet()) {
                size += 6 + 3L * header.getKey().length() + atMost(header.getValue());
            }
        }
        return size;
    }

    private static long atMost(@Nullable Object value) {
        if (value instanceof String text) {
            return 3L * text.length();
        }
        if (value instanceof LongString text) {
            return text.length();
        }
        return value == null || value instanceof Number || value instanceof Boolean ? MAX_SCALAR : Integer.MAX_VALUE;
    }
}
