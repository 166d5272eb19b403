package dev.linkspan.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Scope;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaRecordSizeTest {

    private static final int LIMIT = 1_048_576;
    /** The largest values that a real producer with the default limit takes. */
    private static final int LARGEST_BARE = 1_048_489;

    private static final int LARGEST_WITH_TRACEPARENT = 1_048_421;

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final FakeProducer<byte[], byte[]> client = FakeProducer.acknowledging();

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void size_is_what_the_client_counts_for_any_key_value_and_headers() throws Exception {
        Random random = new Random(42);
        for (int i = 0; i < 2000; i++) {
            Headers headers = new RecordHeaders();
            for (int h = random.nextInt(60); h > 0; h--) {
                headers.add("h".repeat(random.nextInt(200)) + (h % 7 == 0 ? "é" : ""), bytes(random, 300));
            }
            byte[] key = bytes(random, 300);
            byte[] value = new byte[280_000 + random.nextInt(20_000)];
            assertThat(sizeOf(new ProducerRecord<>("orders", null, key, value, headers)))
                    .isEqualTo(clientCounts(key, value, headers));
        }
    }

    @Test
    void size_of_text_is_that_of_its_utf_8_bytes() throws Exception {
        for (String piece : new String[] {"a", "é", "€", "😀", "\ud800", "\udc00\ud800", "a€😀\udc00"}) {
            String text = piece.repeat(100_000 / piece.length());
            assertThat(sizeOf(new ProducerRecord<>("orders", piece, text)))
                    .as(piece)
                    .isEqualTo(clientCounts(piece.getBytes(UTF_8), text.getBytes(UTF_8), new RecordHeaders()));
        }
    }

    @Test
    void traceparent_costs_68_bytes() {
        assertThat(KafkaRecordSize.ofHeader("traceparent", Received.TRACEPARENT))
                .isEqualTo(68)
                .isEqualTo(LARGEST_BARE - LARGEST_WITH_TRACEPARENT);
    }

    @Test
    void largest_value_that_fits_with_traceparent_goes_with_it() throws Exception {
        send(LARGEST_WITH_TRACEPARENT, new RecordHeaders());

        assertThat(Received.values(client.lastRecord().headers(), "traceparent"))
                .hasSize(1);
        assertThat(clientCounts(client.lastRecord())).isEqualTo(LIMIT);
    }

    @Test
    void one_byte_more_goes_without_and_is_counted() throws Exception {
        ProducerRecord<byte[], byte[]> record = send(LARGEST_WITH_TRACEPARENT + 1, new RecordHeaders());

        assertThat(client.lastRecord()).isSameAs(record);
        assertThat(clientCounts(record)).isLessThanOrEqualTo(LIMIT);
        assertThat(telemetry.counted("linkspan.propagation.injected", "linkspan.outcome"))
                .isEqualTo(Map.of("skipped", 1L));
        assertThat(telemetry.counted("linkspan.propagation.rejected", "linkspan.reason"))
                .isEqualTo(Map.of("oversized", 1L));
    }

    @Test
    void largest_value_that_the_client_takes_bare_goes_bare() throws Exception {
        ProducerRecord<byte[], byte[]> record = send(LARGEST_BARE, new RecordHeaders());

        assertThat(client.lastRecord()).isSameAs(record);
        assertThat(clientCounts(record)).isEqualTo(LIMIT);
    }

    @Test
    void callers_own_headers_count_however_small_the_value_is() {
        Headers large = new RecordHeaders().add("attachment", new byte[LARGEST_BARE - 100]);
        ProducerRecord<byte[], byte[]> record = send(60, large);

        assertThat(client.lastRecord()).isSameAs(record);
    }

    @Test
    void small_limit_leaves_no_room_for_much_baggage() {
        Baggage baggage = Baggage.builder().put("k", "v".repeat(8_000)).build();
        try (Scope scope = baggage.makeCurrent()) {
            kafka.wrap(client, Map.of("max.request.size", "10000"))
                    .send(new ProducerRecord<>("orders", null, new byte[4_000]));
        }

        assertThat(Received.values(client.lastRecord().headers(), "traceparent"))
                .hasSize(1);
        assertThat(Received.values(client.lastRecord().headers(), "baggage")).isEmpty();
    }

    @Test
    void limit_is_the_configured_one() {
        kafka.wrap(client, Map.of("max.request.size", "1000"))
                .send(new ProducerRecord<>("orders", null, new byte[900]));

        assertThat(client.lastRecord().headers()).isEmpty();
    }

    @Test
    void stale_context_makes_room_for_the_new_one() throws Exception {
        send(LARGEST_WITH_TRACEPARENT, Received.headers("traceparent", Received.TRACEPARENT));

        assertThat(Received.spanIdIn(client.lastRecord().headers()))
                .isEqualTo(telemetry.span().getSpanId());
        assertThat(clientCounts(client.lastRecord())).isEqualTo(LIMIT);
    }

    @Test
    void stale_header_that_is_no_text_makes_no_more_room_than_it_takes() throws Exception {
        byte[] binary = new byte[20];
        Arrays.fill(binary, (byte) 0xff);
        Headers headers = new RecordHeaders().add("traceparent", binary);
        for (int value = LARGEST_BARE - 100; value <= LARGEST_BARE; value++) {
            if (clientCounts(null, new byte[value], headers) <= LIMIT) {
                send(value, headers);
                assertThat(clientCounts(client.lastRecord())).isLessThanOrEqualTo(LIMIT);
            }
        }
    }

    @Test
    void room_is_unlimited_where_the_size_is_far_from_the_limit_or_unknown_or_beyond_it() {
        assertThat(room(new byte[100])).isEqualTo(Long.MAX_VALUE);
        assertThat(room("a".repeat(100_000))).isEqualTo(Long.MAX_VALUE);
        assertThat(room(ByteBuffer.allocate(LARGEST_BARE))).isEqualTo(Long.MAX_VALUE);
        assertThat(room(new Object())).isEqualTo(Long.MAX_VALUE);
        assertThat(room(new byte[LARGEST_BARE + 1])).isEqualTo(Long.MAX_VALUE);
        assertThat(room(null)).isEqualTo(Long.MAX_VALUE);
        assertThat(room(new byte[LARGEST_BARE])).isZero();
    }

    private static long room(Object value) {
        return KafkaRecordSize.roomFor(new ProducerRecord<>("orders", null, value), LIMIT);
    }

    private ProducerRecord<byte[], byte[]> send(int valueSize, Headers headers) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>("orders", null, (byte[]) null, new byte[valueSize], headers);
        kafka.wrap(client).send(record);
        return record;
    }

    /** What room says, seen from the other side. */
    private static long sizeOf(ProducerRecord<?, ?> record) {
        int limit = 340_000;
        return limit - KafkaRecordSize.roomFor(record, limit);
    }

    private static byte[] bytes(Random random, int below) {
        return random.nextInt(5) == 0 ? null : new byte[random.nextInt(below)];
    }

    private static int clientCounts(ProducerRecord<byte[], byte[]> record) throws Exception {
        return clientCounts(record.key(), record.value(), record.headers());
    }

    /** The function by which the producer decides; it has moved since kafka-clients 3.9. */
    private static int clientCounts(byte[] key, byte[] value, Headers headers) throws Exception {
        for (Method method : recordsOfClient().getMethods()) {
            if (method.getName().equals("estimateSizeInBytesUpperBound")
                    && method.getParameterTypes()[2] == byte[].class) {
                Object uncompressed = method.getParameterTypes()[1].getEnumConstants()[0];
                return (int) method.invoke(null, (byte) 2, uncompressed, key, value, headers.toArray());
            }
        }
        throw new AssertionError("The client counts some other way now.");
    }

    private static Class<?> recordsOfClient() throws ClassNotFoundException {
        try {
            return Class.forName("org.apache.kafka.common.record.internal.AbstractRecords");
        } catch (ClassNotFoundException e) {
            return Class.forName("org.apache.kafka.common.record.AbstractRecords");
        }
    }
}
