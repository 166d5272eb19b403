package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.propagation.ClientProxy;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.DefaultAwsResponseMetadata;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsServiceClientConfiguration;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeNameForSends;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;
import software.amazon.awssdk.services.sqs.model.SqsResponseMetadata;

class SqsSendTest extends SqsBench {

    @Test
    void span_is_a_producer_root_with_these_attributes_and_no_others() {
        SendMessageResponse response = client.sendMessage(request("hello"));

        assertThat(span("send orders"))
                .hasKind(SpanKind.PRODUCER)
                .hasNoParent()
                .hasTotalRecordedLinks(0)
                .hasStatus(StatusData.unset())
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "aws_sqs")
                        .put("messaging.operation.name", "send")
                        .put("messaging.operation.type", "send")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.message.id", response.messageId())
                        .put("aws.sqs.queue.url", ORDERS)
                        .put("aws.request_id", "request-1")
                        .put("server.address", "sqs.eu-central-1.amazonaws.com")
                        .put("server.port", 443)
                        .build());
        assertThat(span("send orders").getInstrumentationScopeInfo().getName()).isEqualTo("dev.linkspan.sqs");
    }

    @Test
    void message_carries_the_span_that_sent_it_as_text() {
        client.sendMessage(request("hello"));

        SendMessageRequest sent = fake.last(SendMessageRequest.class);
        assertThat(carried(sent.messageAttributes())).isEqualTo(id(span("send orders")));
        assertThat(sent.messageAttributes().get("traceparent").dataType()).isEqualTo("String");
        assertThat(sent.hasMessageSystemAttributes()).isFalse();
    }

    @Test
    void request_is_the_caller_s_but_for_the_attributes() {
        SendMessageRequest request = SendMessageRequest.builder()
                .queueUrl(ORDERS)
                .messageBody("hello")
                .delaySeconds(7)
                .messageDeduplicationId("dedup")
                .messageGroupId("group")
                .messageAttributes(attributes(2))
                .messageSystemAttributes(Map.of(
                        MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                        MessageSystemAttributeValue.builder()
                                .dataType("String")
                                .stringValue("Root=1-0af76519-16cd43dd8448eb211c80319c")
                                .build()))
                .overrideConfiguration(o -> o.putHeader("x-tenant", "a"))
                .build();
        SendMessageRequest before = request.toBuilder().build();
        client.sendMessage(request);

        SendMessageRequest sent = fake.last(SendMessageRequest.class);
        assertThat(request).isEqualTo(before);
        assertThat(sent.messageAttributes()).containsAllEntriesOf(attributes(2)).hasSize(3);
        assertThat(sent.toBuilder().messageAttributes(attributes(2)).build()).isEqualTo(request);
        assertThat(sent.overrideConfiguration()).isEqualTo(request.overrideConfiguration());
    }

    @Test
    void lambda_that_builds_the_request_is_traced_too() {
        client.sendMessage(b -> b.queueUrl(ORDERS).messageBody("hello"));

        assertThat(carried(fake.last(SendMessageRequest.class).messageAttributes()))
                .isEqualTo(id(span("send orders")));
    }

    @Test
    void lambda_is_traced_too_where_the_client_is_a_proxy_of_somebody_else_s() {
        SqsClient foreign = (SqsClient) Proxy.newProxyInstance(
                SqsClient.class.getClassLoader(),
                new Class<?>[] {SqsClient.class},
                (proxy, method, args) -> method.invoke(fake, args));
        SqsClient traced = sqs.wrap(foreign);
        traced.sendMessage(b -> b.queueUrl(ORDERS).messageBody("hello"));
        traced.receiveMessage(b -> b.queueUrl(ORDERS));

        assertThat(links(span("receive orders"))).containsExactly(id(span("send orders")));
    }

    @Test
    void request_id_that_the_answer_lacks_is_left_out() {
        SqsClient answering = sqs.wrap(new FakeSqs() {
            @Override
            public SendMessageResponse sendMessage(SendMessageRequest request) {
                return (SendMessageResponse) SendMessageResponse.builder()
                        .responseMetadata(SqsResponseMetadata.create(DefaultAwsResponseMetadata.create(Map.of())))
                        .build();
            }
        });
        answering.sendMessage(request("hello"));

        assertThat(attribute(span("send orders"), "aws.request_id")).isNull();
    }

    @Test
    void response_is_the_client_s_own() {
        SendMessageResponse response = SendMessageResponse.builder().build();
        SqsClient answering = sqs.wrap(new FakeSqs() {
            @Override
            public SendMessageResponse sendMessage(SendMessageRequest request) {
                return response;
            }
        });

        assertThat((Object) answering.sendMessage(request("hello"))).isSameAs(response);
        assertThat(spans("send orders")).hasSize(1);
    }

    @Test
    void refusal_comes_out_as_it_is_and_its_code_is_the_error_s_type() {
        SqsException refusal = FakeSqs.refusal("AWS.SimpleQueueService.NonExistentQueue", "no such queue");
        fake.failure = refusal;

        assertThat(catchThrowable(() -> client.sendMessage(request("hello")))).isSameAs(refusal);
        SpanData span = span("send orders");
        assertThat(span).hasStatus(StatusData.create(StatusCode.ERROR, refusal.getMessage()));
        assertThat(attribute(span, "error.type")).isEqualTo("AWS.SimpleQueueService.NonExistentQueue");
        assertThat(attribute(span, "aws.request_id")).isEqualTo("request-2");
        assertThat(span.getEvents()).hasSize(1);
        assertThat(counted("messaging.client.sent.messages", "error.type", "AWS.SimpleQueueService.NonExistentQueue"))
                .isEqualTo(1);
    }

    @Test
    void failure_of_the_client_itself_is_told_by_its_class() {
        fake.failure = SdkClientException.create("no route to host");

        assertThatThrownBy(() -> client.sendMessage(request("hello"))).isSameAs(fake.failure);
        assertThat(attribute(span("send orders"), "error.type"))
                .isEqualTo("software.amazon.awssdk.core.exception.SdkClientException");
    }

    @Test
    void wrapping_twice_makes_one_span_and_installs_nothing() {
        SqsClient twice = sqs.wrap(client);
        twice.sendMessage(request("hello"));

        assertThat((Object) twice).isSameAs(client);
        assertThat((Object) ClientProxy.unwrap(twice)).isSameAs(fake);
        assertThat(otel.spans()).hasSize(1);
    }

    @Test
    void request_that_is_none_is_for_the_client_to_refuse() {
        assertThatThrownBy(() -> client.sendMessage((SendMessageRequest) null))
                .isInstanceOf(NullPointerException.class);
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void endpoint_that_the_client_was_given_is_the_server() {
        SqsClient local = sqs.wrap(new FakeSqs() {
            @Override
            public SqsServiceClientConfiguration serviceClientConfiguration() {
                return SqsClient.builder()
                        .region(software.amazon.awssdk.regions.Region.EU_CENTRAL_1)
                        .endpointOverride(URI.create("http://localhost:9324"))
                        .httpClient(new StubHttp(call -> "{}"))
                        .build()
                        .serviceClientConfiguration();
            }
        });
        local.sendMessage(request("hello"));

        assertThat(attribute(span("send orders"), "server.address")).isEqualTo("localhost");
        assertThat(number(span("send orders"), "server.port")).isEqualTo(9324);
    }

    @Test
    void queue_url_that_is_none_still_goes_to_the_client() {
        for (String url : new String[] {"orders", "http://[broken", "https://host/"}) {
            fake.sendMessage(request("bare").toBuilder().queueUrl(url).build());
            client.sendMessage(request("hello").toBuilder().queueUrl(url).build());
            assertThat(fake.queue(url).size()).isEqualTo(2);
        }
        assertThat(otel.spans())
                .extracting(SpanData::getName)
                .containsExactly("send orders", "send [broken", "send https://host/");
    }

    @Test
    void create_gives_a_context_that_a_later_send_keeps() {
        SendMessageRequest created = inSpan("checkout", () -> sqs.create(request("hello")));
        client.sendMessage(created);

        SpanData create = span("create orders");
        assertThat(create)
                .hasKind(SpanKind.PRODUCER)
                .hasTraceId(span("checkout").getTraceId());
        assertThat(span("send orders")).hasKind(SpanKind.CLIENT).hasNoParent();
        assertThat(links(span("send orders"))).containsExactly(id(create));
        assertThat(carried(fake.last(SendMessageRequest.class).messageAttributes()))
                .isEqualTo(id(create));
        assertThat(counted("messaging.client.sent.messages")).isEqualTo(1);
    }
}
