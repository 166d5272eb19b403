package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.model.Message;

/** What SNS puts into a body, as its documentation shows it. */
class SqsSnsEnvelopeTest extends SqsBench {

    private static final String ENVELOPE = """
            {
              "Type" : "Notification",
              "MessageId" : "63a3f6b6-d533-4a47-aef9-fcf5cf758c76",
              "TopicArn" : "arn:aws:sns:us-west-2:123456789012:MyTopic",
              "Subject" : "Testing publish to \\"subscribed\\" queues",
              "Message" : "{\\"MessageAttributes\\":{\\"traceparent\\":{\\"Type\\":\\"String\\",\\"Value\\":\\"no\\"}}}",
              "Timestamp" : "2012-03-29T05:12:16.901Z",
              "SignatureVersion" : "1",
              "Nested" : [1, {"a": [true, null, "]"]}, -2.5e3],
              "UnsubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe",
              "MessageAttributes" : {
                "traceparent" : {"Type":"String","Value":"%s"},
                "tenant" : {"Value":"gr\\u00fcn\\n\\t\\\\","Type":"String"},
                "count" : {"Type":"Number","Value":"1"},
                "odd" : {"Type":"String"},
                "deep" : {"Type":"String","Value":{"a":[1]}}
              }
            }
            """.formatted(TRACEPARENT);

    @Test
    void attributes_that_are_text_are_read() {
        assertThat(SqsSnsEnvelope.attributes(ENVELOPE))
                .isEqualTo(Map.of("traceparent", TRACEPARENT, "tenant", "grün\n\t\\"));
    }

    @Test
    void message_in_an_envelope_is_linked_where_that_is_asked_for() {
        SqsTelemetry fromTopics = SqsTelemetry.builder(otel.openTelemetry())
                .snsEnvelopes("orders"::equals)
                .build();
        fake.sendMessage(request(ENVELOPE));
        Message message = fromTopics
                .wrap(fake)
                .receiveMessage(b -> b.queueUrl(ORDERS))
                .messages()
                .get(0);
        fromTopics.messages(ORDERS).process(message, handled -> {});
        sqs.messages(ORDERS).process(message, handled -> {});
        fromTopics.messages(FakeSqs.HOST + "invoices").process(message, handled -> {});

        assertThat(links(span("receive orders"))).containsExactly(TRACE_ID + "/" + SPAN_ID);
        assertThat(spans("process orders").get(0).getLinks()).hasSize(1);
        assertThat(spans("process orders").get(1).getLinks()).isEmpty();
        assertThat(span("process invoices").getLinks()).isEmpty();
    }

    @Test
    void attribute_of_the_message_itself_comes_first() {
        SqsHeaders headers =
                SqsSnsHeaders.of(SqsMessageHeaders.of(Map.of("traceparent", text("own")), Map.of()), ENVELOPE);

        assertThat(SqsCarrier.INSTANCE.get(headers, "traceparent", 256)).isEqualTo("own");
        assertThat(SqsCarrier.INSTANCE.get(headers, "tenant", 256)).startsWith("grün");
        assertThat(SqsCarrier.INSTANCE.names(headers)).containsExactly("traceparent", "tenant");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "{",
                "{}",
                "[]",
                "{\"MessageAttributes\"",
                "{\"MessageAttributes\":",
                "{\"MessageAttributes\":{",
                "{\"MessageAttributes\":[1,2]}",
                "{\"MessageAttributes\":null}",
                "{\"MessageAttributes\":{\"traceparent\":{\"Type\":\"String\",\"Value\":\"unfinished",
                "{\"MessageAttributes\":{\"traceparent\":\"text\"}}",
                "{\"MessageAttributes\":{\"traceparent\":{\"Type\":\"String\",\"Value\":}}}",
                "{\"MessageAttributes\":{\"a\\u00\":{}}}",
                "{\"a\":\"\\",
                "{\"a\":}",
                "{,}",
                "{\"a\":1,,}",
                "{\"a\" 1}",
                "{\"a\":]]]]}}}}",
                "{\"a\":[[[[\"MessageAttributes\"]]]]}"
            })
    void body_that_is_no_envelope_has_no_attributes(String body) {
        assertThat(SqsSnsEnvelope.attributes(body)).isEmpty();
    }

    @Test
    void no_body_has_no_attributes() {
        assertThat(SqsSnsEnvelope.attributes(null)).isEmpty();
    }

    @Test
    void every_beginning_of_an_envelope_is_only_data() {
        for (int end = 0; end < ENVELOPE.length(); end++) {
            String part = ENVELOPE.substring(0, end);
            assertThatCode(() -> SqsSnsEnvelope.attributes(part)).doesNotThrowAnyException();
        }
    }

    @Test
    void depth_costs_nothing() {
        String deep = "{\"a\":" + "[".repeat(300_000) + "]".repeat(300_000) + ",\"MessageAttributes\":{\"t\":{\"Type\":"
                + "\"String\",\"Value\":\"1\"}}}";

        assertThat(SqsSnsEnvelope.attributes(deep)).isEqualTo(Map.of("t", "1"));
    }

    @Test
    void body_that_sqs_would_not_take_is_not_read() {
        String large = "{\"MessageAttributes\":{\"t\":{\"Type\":\"String\",\"Value\":\"1\"}},\"Message\":\""
                + "x".repeat(1_048_576) + "\"}";

        assertThat(SqsSnsEnvelope.attributes(large)).isEmpty();
    }

    @Test
    void attributes_and_their_values_are_bounded() {
        StringBuilder many = new StringBuilder("{\"MessageAttributes\":{\"long\":{\"Type\":\"String\",\"Value\":\"")
                .append("x".repeat(20_000))
                .append("\"}");
        for (int i = 0; i < 1_000; i++) {
            many.append(",\"a").append(i).append("\":{\"Type\":\"String\",\"Value\":\"1\"}");
        }
        Map<String, String> attributes =
                SqsSnsEnvelope.attributes(many.append("}}").toString());

        assertThat(attributes).hasSize(64);
        assertThat(attributes.get("long")).hasSize(8_193);
    }

    @Test
    void predicate_that_throws_costs_no_message() {
        SqsTelemetry failing = SqsTelemetry.builder(otel.openTelemetry())
                .snsEnvelopes(queue -> {
                    throw new IllegalStateException("on purpose");
                })
                .build();
        fake.sendMessage(request(ENVELOPE));

        assertThat(List.copyOf(failing.wrap(fake)
                        .receiveMessage(b -> b.queueUrl(ORDERS))
                        .messages()))
                .hasSize(1);
        assertThat(counted("linkspan.telemetry.errors", "linkspan.site", "sqs.snsEnvelopes"))
                .isEqualTo(1);
    }
}
