package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessagingPolicy;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

class SqsTelemetryTest {

    private final SqsTelemetry sqs = SqsTelemetry.create(OpenTelemetry.noop());
    private final SqsTelemetryBuilder builder = SqsTelemetry.builder(OpenTelemetry.noop());

    @Test
    void wrapping_a_wrapped_client_returns_it() {
        SqsClient client = sqs.wrap(new FakeSqs());
        SqsAsyncClient async = sqs.wrap(new FakeAsyncSqs());
        SqsTelemetry other = SqsTelemetry.create(OpenTelemetry.noop());

        assertThat((Object) sqs.wrap(client)).isSameAs(client);
        assertThat((Object) other.wrap(client)).isSameAs(client);
        assertThat((Object) sqs.wrap(async)).isSameAs(async);
        assertThat((Object) other.wrap(async)).isSameAs(async);
    }

    @Test
    void client_can_be_had_back() {
        FakeSqs client = new FakeSqs();
        FakeAsyncSqs async = new FakeAsyncSqs();

        assertThat((Object) ClientProxy.unwrap(sqs.wrap(client))).isSameAs(client);
        assertThat((Object) ClientProxy.unwrap(sqs.wrap(async))).isSameAs(async);
    }

    @Test
    void wrapped_client_has_an_identity_of_its_own_and_says_what_it_is() {
        FakeSqs client = new FakeSqs();
        SqsClient one = sqs.wrap(client);
        SqsClient other = sqs.wrap(client);

        assertThat(Set.of(one, other)).contains(one, other);
        assertThat((Object) one).isNotEqualTo(other).isNotEqualTo(client);
        assertThat(one.toString()).isEqualTo("Linkspan(" + client + ")");
    }

    @Test
    void without_telemetry_requests_go_to_the_client_as_they_are() {
        FakeSqs client = new FakeSqs();
        SendMessageRequest request = SqsBench.request("hello");
        sqs.wrap(client).sendMessage(request);

        assertThat((Object) client.last(SendMessageRequest.class)).isSameAs(request);
        assertThat((Object) sqs.create(request)).isSameAs(request);
    }

    @Test
    void missing_arguments_are_refused_at_once() {
        refuses(() -> SqsTelemetry.create((OpenTelemetry) null), "openTelemetry");
        refuses(() -> SqsTelemetry.create((MessagingTelemetry) null), "messaging");
        refuses(() -> SqsTelemetry.builder((OpenTelemetry) null), "openTelemetry");
        refuses(() -> sqs.wrap((SqsClient) null), "client");
        refuses(() -> sqs.wrap((SqsAsyncClient) null), "client");
        refuses(() -> sqs.batchManager(null, SqsAsyncBatchManager.builder()), "client");
        refuses(() -> sqs.batchManager(new FakeAsyncSqs(), null), "builder");
        refuses(() -> sqs.messages(null), "queueUrl");
        refuses(() -> sqs.create((SendMessageRequest) null), "request");
        refuses(() -> builder.policy(null), "change");
        refuses(() -> builder.policy((String) null, policy -> policy), "destination");
        refuses(() -> builder.policy((Predicate<String>) null, policy -> policy), "destinations");
        refuses(() -> builder.policy("orders", (UnaryOperator<MessagingPolicy>) null), "change");
        refuses(() -> builder.snsEnvelopes(null), "queues");
    }

    private static void refuses(ThrowingCallable call, String what) {
        assertThatNullPointerException().isThrownBy(call).withMessageContaining(what);
    }

    @Test
    void limit_that_no_queue_can_have_is_refused_at_once() {
        for (int wrong : new int[] {-1, 0, 1_023, 1_048_577}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.maxMessageBytes(wrong))
                    .withMessageContaining(Integer.toString(wrong));
        }
        builder.maxMessageBytes(1_024).maxMessageBytes(1_048_576);
    }
}
