package dev.linkspan.it.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** What a received record has in its W3C header. */
final class KafkaTraceparents {

    private KafkaTraceparents() {}

    /** The id of the span in its one {@code traceparent}; fails if there is none or another. */
    static String spanIdIn(ConsumerRecord<?, ?> record) {
        List<String> values = new ArrayList<>();
        for (Header header : record.headers().headers("traceparent")) {
            values.add(new String(header.value(), UTF_8));
        }
        assertThat(values).hasSize(1);
        return values.get(0).split("-")[2];
    }
}
