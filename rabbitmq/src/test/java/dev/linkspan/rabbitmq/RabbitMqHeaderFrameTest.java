package dev.linkspan.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.LongStringHelper;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RabbitMqHeaderFrameTest {

    private static final int MAX = RabbitMqHeaderFrame.DEFAULT_MAX;

    private static BasicProperties with(Map<String, Object> headers) {
        return new BasicProperties.Builder()
                .headers(headers)
                .contentType("text/plain")
                .correlationId("c-1")
                .timestamp(new Date(0))
                .build();
    }

    @ParameterizedTest
    @CsvSource({"0, 131072", "-1, 131072", "4096, 4096", "131072, 131072", "1000000, 131072"})
    void limit_is_what_a_connection_will_agree_on(int requested, int max) {
        assertThat(RabbitMqHeaderFrame.max(requested)).isEqualTo(max);
    }

    @Test
    void room_ends_exactly_where_the_client_refuses() throws Exception {
        for (int length : new int[] {0, 100, 3_000}) {
            Map<String, Object> headers =
                    new HashMap<>(Map.of("text", "x".repeat(length), "number", 7, "list", List.of(1)));
            long room = RabbitMqHeaderFrame.roomFor(with(headers), 5, 4096);
            headers.put("n", "v".repeat((int) room - 7));

            assertThat(with(headers).toFrame(1, 5).size()).isEqualTo(4096);
        }
    }

    @Test
    void room_counts_the_table_that_is_not_there_yet() throws Exception {
        long room = RabbitMqHeaderFrame.roomFor(with(null), 5, 4096);

        assertThat(with(Map.of("n", "v".repeat((int) room - 7))).toFrame(1, 5).size())
                .isEqualTo(4096);
    }

    @Test
    void small_headers_are_not_measured() throws Exception {
        assertThat(RabbitMqHeaderFrame.roomFor(with(Map.of("a", "b", "c", LongStringHelper.asLongString("d"))), 5, MAX))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(RabbitMqHeaderFrame.roomFor(with(null), 5, MAX)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void headers_that_exceed_the_limit_show_that_it_is_another() throws Exception {
        assertThat(RabbitMqHeaderFrame.roomFor(with(Map.of("a", "x".repeat(200_000))), 5, MAX))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void type_that_the_client_refuses_is_refused() {
        assertThatThrownBy(() -> RabbitMqHeaderFrame.roomFor(with(Map.of("a", new Object())), 5, MAX))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
