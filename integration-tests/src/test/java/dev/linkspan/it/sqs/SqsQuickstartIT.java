package dev.linkspan.it.sqs;

import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.linkspan.examples.SqsQuickstart;
import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The first snippets of SQS's README, run as they stand there. */
@ExtendWith(SqsExtension.class)
class SqsQuickstartIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final List<String> handled = new ArrayList<>();

    @Test
    void the_first_snippet_sends_and_handles_a_linked_order(SqsClients sqs) {
        String url = sqs.queue();
        long start = System.nanoTime();
        new SqsQuickstart(sqs::client, url, handled::add)
                .oneByOne(otel.openTelemetry(), () -> handled.isEmpty() && System.nanoTime() - start < PATIENCE);

        assertThat(handled).containsExactly("two chairs");
        otel.awaitSpans(3);
        otel.assertThatSpans().propagates(nameOf(url)).followsConventions();
    }

    @Test
    void orders_go_out_with_others_and_are_handled_as_one_batch(SqsClients sqs) {
        String url = sqs.queue();
        SqsTelemetry telemetry = SqsTelemetry.create(otel.openTelemetry());
        SqsClient client = telemetry.wrap(sqs.client());
        SqsQuickstart quickstart = new SqsQuickstart(sqs::client, url, handled::add);
        quickstart.withOthers(telemetry, sqs.asyncClient());
        Awaitility.await()
                .until(() ->
                        !quickstart.asOneBatch(telemetry, client).messages().isEmpty());

        assertThat(handled).containsExactly("two chairs");
        otel.awaitSpans(5);
        otel.assertThatSpans().propagates(nameOf(url)).destination(nameOf(url)).hasBatches(1);
    }

    @Test
    void a_function_says_which_orders_failed() {
        SQSEvent event = new SQSEvent();
        event.setRecords(List.of(order("m-1", "two chairs"), order("m-2", "nothing")));
        SqsQuickstart.Function function = new SqsQuickstart.Function(otel.openTelemetry(), body -> {
            if (body.equals("nothing")) {
                throw new IllegalArgumentException(body);
            }
            handled.add(body);
        });

        assertThat(function.handleRequest(event).getBatchItemFailures())
                .extracting(failure -> failure.getItemIdentifier())
                .containsExactly("m-2");
        assertThat(handled).containsExactly("two chairs");
    }

    private static SQSMessage order(String id, String body) {
        SQSMessage message = new SQSMessage();
        message.setMessageId(id);
        message.setBody(body);
        message.setEventSourceArn("arn:aws:sqs:eu-central-1:123456789012:orders");
        return message;
    }
}
