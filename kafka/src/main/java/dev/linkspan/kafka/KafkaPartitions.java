package dev.linkspan.kafka;

import java.util.stream.IntStream;

/** Partitions as text, which is asked for with each record. */
final class KafkaPartitions {

    private static final String[] LOW =
            IntStream.range(0, 256).mapToObj(Integer::toString).toArray(String[]::new);

    private KafkaPartitions() {}

    static String text(int partition) {
        return partition >= 0 && partition < LOW.length ? LOW[partition] : Integer.toString(partition);
    }
}
