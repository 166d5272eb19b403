package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** The SDK checks what SQS says that it got: the attributes that we add are among it. */
class SqsDigestTest extends SqsBench {

    private final StubSqs stub = new StubSqs();
    private final SqsClient real = sqs.wrap(stub.client());

    @Test
    void digests_of_messages_with_our_attributes_are_right() {
        stub.messages.add(stub.message("hello", "traceparent", TRACEPARENT));
        real.sendMessage(
                request("hello").toBuilder().messageAttributes(attributes(3)).build());
        real.sendMessageBatch(b -> b.queueUrl(ORDERS)
                .entries(SendMessageBatchRequestEntry.builder()
                        .id("e0")
                        .messageBody("hello")
                        .build()));
        real.receiveMessage(b -> b.queueUrl(ORDERS));

        otel.assertThatSpans().hasNoErrors();
        assertThat(stub.http.calls).hasSize(3);
        assertThat(attribute(spans("send orders").get(0), "aws.request_id")).isEqualTo("request-3");
    }

    @Test
    void wrong_digest_of_a_send_is_the_client_s_exception_and_an_error_of_the_span() {
        stub.wrongDigests = true;

        assertThatThrownBy(() -> real.sendMessage(request("hello")))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("MD5");
        assertThat(attribute(span("send orders"), "error.type")).isEqualTo(SdkClientException.class.getName());
        assertThat(stub.http.calls).as("nothing is sent twice for it").hasSize(1);
    }

    @Test
    void wrong_digest_of_a_received_message_is_the_client_s_exception_and_an_error_of_the_span() {
        stub.wrongDigests = true;
        stub.messages.add(stub.message("hello", "traceparent", TRACEPARENT));

        assertThatThrownBy(() -> real.receiveMessage(b -> b.queueUrl(ORDERS))).isInstanceOf(SdkClientException.class);
        assertThat(attribute(span("receive orders"), "error.type")).isEqualTo(SdkClientException.class.getName());
    }

    @Test
    void request_that_is_signed_beforehand_is_left_alone() {
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .uri(URI.create(ORDERS + "?Action=ReceiveMessage"))
                .build();
        var signed = AwsV4HttpSigner.create()
                .sign(r -> r.identity(AwsCredentialsIdentity.create("id", "secret"))
                        .request(request)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "sqs")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-1")
                        .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AwsV4HttpSigner.AuthLocation.QUERY_STRING));

        assertThat(signed.request().rawQueryParameters()).containsKey("X-Amz-Signature");
        assertThat(signed.request().rawQueryParameters().toString()).doesNotContain("traceparent");
        assertThat(real.serviceClientConfiguration().overrideConfiguration().executionInterceptors())
                .noneMatch(interceptor -> interceptor.getClass().getName().startsWith("dev.linkspan"));
        assertThat(otel.spans()).isEmpty();
    }
}
