package dev.linkspan.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.testing.CarrierContract;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

class SqsCarrierTest extends CarrierContract<SqsHeaders> {

    @Override
    protected HeaderCarrier<SqsHeaders> carrier() {
        return SqsCarrier.INSTANCE;
    }

    @Override
    protected SqsHeaders headers() {
        return SqsMessageHeaders.of(Map.of(), Map.of()).copy();
    }

    /** Text as text, and what is none as bytes. */
    @Override
    protected void add(SqsHeaders headers, String name, byte[] value) {
        ((SqsMessageHeaders) headers).attributes.put(name, attribute(value));
    }

    private static MessageAttributeValue attribute(byte[] value) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            return MessageAttributeValue.builder()
                    .dataType("String")
                    .stringValue(text)
                    .build();
        } catch (CharacterCodingException e) {
            return MessageAttributeValue.builder()
                    .dataType("Binary")
                    .binaryValue(SdkBytes.fromByteArray(value))
                    .build();
        }
    }

    @Test
    void type_is_exactly_string() {
        SqsMessageHeaders headers = (SqsMessageHeaders) headers();
        carrier().set(headers, "traceparent", "x");

        assertThat(headers.attributes.get("traceparent").dataType()).isEqualTo("String");
    }

    @Test
    void text_with_a_label_is_text_and_a_number_is_none() {
        SqsMessageHeaders headers = (SqsMessageHeaders) headers();
        headers.attributes.put(
                "labelled",
                MessageAttributeValue.builder()
                        .dataType("String.trace")
                        .stringValue("a")
                        .build());
        headers.attributes.put(
                "number",
                MessageAttributeValue.builder()
                        .dataType("Number")
                        .stringValue("1")
                        .build());
        headers.attributes.put("untyped", MessageAttributeValue.builder().build());

        assertThat(carrier().get(headers, "labelled", 256)).isEqualTo("a");
        assertThat(carrier().get(headers, "number", 256)).isNull();
        assertThat(carrier().get(headers, "untyped", 256)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"traceparent", "X-Amzn-Trace-Id", "uberctx-tenant", "a.b", "_", "AWSome"})
    void names_that_sqs_takes_are_accepted(String name) {
        assertThat(carrier().accepts(name, "1")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "grün", "a/b", ".a", "a.", "a..b", "AWS.trace", "aws.trace", "Amazon.x"})
    void names_that_sqs_refuses_are_not_accepted(String name) {
        assertThat(carrier().accepts(name, "1")).isFalse();
    }

    @Test
    void name_of_more_than_256_characters_is_not_accepted() {
        assertThat(carrier().accepts("n".repeat(256), "1")).isTrue();
        assertThat(carrier().accepts("n".repeat(257), "1")).isFalse();
    }

    @Test
    void value_must_be_xml_and_not_empty() {
        assertThat(carrier().accepts("a", "grün\t\n\r €\ud83d\ude00\ufffd")).isTrue();
        for (String value : new String[] {"", "\u0000", "\u001f", "\ufffe", "\uffff", "\ud83d", "a\udc00"}) {
            assertThat(carrier().accepts("a", value)).as(value).isFalse();
        }
    }

    @Test
    void size_is_that_of_name_type_and_value() {
        assertThat(carrier().size("traceparent", "0".repeat(55))).isEqualTo(72);
        assertThat(carrier().size("ä", "€")).isEqualTo(2 + 6 + 3);
    }

    @Test
    void trace_header_has_the_same_ids_in_x_ray_s_form() {
        SqsHeaders headers = headers();
        SpanContext context = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.builder().put("a", "1").build());
        assertThat(carrier().setBrokerContext(headers, context)).isTrue();

        assertThat(headers.traceHeader())
                .isEqualTo("Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1");
        SpanContext read = carrier().brokerContext(headers);
        assertThat(read.getTraceId()).isEqualTo(context.getTraceId());
        assertThat(read.getSpanId()).isEqualTo(context.getSpanId());
        assertThat(read.isSampled()).isTrue();
        assertThat(read.isRemote()).isTrue();
    }

    @Test
    void trace_header_that_is_there_is_not_written_over() {
        SqsHeaders headers = headers();
        headers.traceHeader("Root=1-0af76519-16cd43dd8448eb211c80319c");
        SpanContext context = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getDefault(),
                TraceState.getDefault());

        assertThat(carrier().setBrokerContext(headers, context)).isFalse();
        assertThat(headers.traceHeader()).isEqualTo("Root=1-0af76519-16cd43dd8448eb211c80319c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "Root=1-0af76519-16cd43dd8448eb211c80319c;Sampled=1",
                "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad;Sampled=1",
                "Root=1-00000000-000000000000000000000000;Parent=b7ad6b7169203331",
                "Root=2-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331",
                "Root=1-0AF76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331",
                "Parent=b7ad6b7169203331;Sampled=1",
                "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            })
    void trace_header_that_names_no_span_is_none(String header) {
        SqsHeaders headers = headers();
        headers.traceHeader(header);

        assertThat(carrier().brokerContext(headers)).isNull();
    }

    @Test
    void trace_header_may_say_more_and_in_another_order() {
        SqsHeaders headers = headers();
        headers.traceHeader("Self=1-2-3; Sampled=0 ;Parent=b7ad6b7169203331;Lineage=25:3;"
                + "Root=1-0af76519-16cd43dd8448eb211c80319c");

        assertThat(carrier().brokerContext(headers).getSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(carrier().brokerContext(headers).isSampled()).isFalse();
    }

    @Test
    void trace_header_of_a_megabyte_is_not_read() {
        SqsHeaders headers = headers();
        headers.traceHeader(
                "x=1;".repeat(262_144) + "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331");

        assertThat(carrier().brokerContext(headers)).isNull();
    }
}
