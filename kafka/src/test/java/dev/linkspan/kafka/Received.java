package dev.linkspan.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Records as a consumer gets them. */
final class Received {

    static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    static final String SPAN_ID = "b7ad6b7169203331";
    static final String TRACEPARENT = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";

    private Received() {}

    static ConsumerRecord<String, String> record(String topic, int partition, long offset, Headers headers) {
        return record(topic, partition, offset, "key", "value", headers);
    }

    static <K, V> ConsumerRecord<K, V> record(
            String topic, int partition, long offset, K key, V value, Headers headers) {
        return new ConsumerRecord<>(
                topic, partition, offset, 0L, TimestampType.CREATE_TIME, 3, 5, key, value, headers, Optional.of(4));
    }

    /** One with a context whose span id ends with its offset. */
    static ConsumerRecord<String, String> traced(String topic, int partition, long offset) {
        return record(topic, partition, offset, headers("traceparent", traceparent(offset)));
    }

    static String traceparent(long number) {
        return "00-" + TRACE_ID + "-" + spanId(number) + "-01";
    }

    static String spanId(long number) {
        return "b7ad6b71" + String.format("%08x", number);
    }

    /** What a broker would make of a record that was sent. */
    static <K, V> ConsumerRecord<K, V> of(ProducerRecord<K, V> sent) {
        Headers headers = new RecordHeaders();
        sent.headers().forEach(headers::add);
        return record(sent.topic(), 0, 0, sent.key(), sent.value(), headers);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    static ConsumerRecords<String, String> all(ConsumerRecord<String, String>... records) {
        return all(List.of(records));
    }

    @SuppressWarnings({"deprecation", "removal"}) // its successor is not there in kafka-clients 3.9
    static ConsumerRecords<String, String> all(List<ConsumerRecord<String, String>> records) {
        Map<TopicPartition, List<ConsumerRecord<String, String>>> byPartition = new LinkedHashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            byPartition
                    .computeIfAbsent(new TopicPartition(record.topic(), record.partition()), p -> new ArrayList<>())
                    .add(record);
        }
        return new ConsumerRecords<>(byPartition);
    }

    static Headers headers(String... namesAndValues) {
        Headers headers = new RecordHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1].getBytes(UTF_8));
        }
        return headers;
    }

    /** The values of all headers of a name. */
    static List<String> values(Headers headers, String name) {
        List<String> values = new ArrayList<>();
        for (Header header : headers.headers(name)) {
            values.add(new String(header.value(), UTF_8));
        }
        return values;
    }

    /** All headers as one can compare them. */
    static List<String> snapshot(Headers headers) {
        List<String> all = new ArrayList<>();
        for (Header header : headers) {
            all.add(header.key() + "=" + (header.value() == null ? null : new String(header.value(), UTF_8)));
        }
        return all;
    }

    /** The span id in a traceparent. */
    static String spanIdIn(Headers headers) {
        List<String> traceparents = values(headers, "traceparent");
        return traceparents.size() == 1 ? traceparents.get(0).substring(36, 52) : "not one but " + traceparents;
    }
}
