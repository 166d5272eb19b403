package dev.linkspan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaPartitionsTest {

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 255, 256, 100_000, Integer.MAX_VALUE})
    void partition_is_its_number(int partition) {
        assertThat(KafkaPartitions.text(partition)).isEqualTo(Integer.toString(partition));
    }
}
