package dev.linkspan.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records as they come from producers that each had a trace of their own. */
final class Records {

    private Records() {}

    /** @param b3 whether in Zipkin's header instead of W3C's */
    static List<ConsumerRecord<String, String>> ofProducers(int count, boolean b3) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ConsumerRecord<String, String> record = new ConsumerRecord<>("orders", 3, i, "customer", "chair");
            String value = b3 ? b3(i) : traceparent(i);
            record.headers().add(b3 ? "b3" : "traceparent", value.getBytes(StandardCharsets.UTF_8));
            records.add(record);
        }
        return records;
    }

    private static String traceparent(int i) {
        return String.format("00-%032x-%016x-03", 0x4bf92f3577b34daL + i, 0x00f067aa0ba902b7L + i);
    }

    private static String b3(int i) {
        return String.format("%032x-%016x-1", 0x4bf92f3577b34daL + i, 0x00f067aa0ba902b7L + i);
    }
}
