package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.service.Service;
import io.nats.service.ServiceBuilder;
import io.nats.service.ServiceEndpoint;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The client's own framework for services, over a wrapped connection. */
@ExtendWith(NatsExtension.class)
class NatsServiceIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @Test
    void an_endpoint_is_handled_in_a_process_span_and_the_service_can_be_stopped(NatsClients nats) throws Exception {
        NatsTelemetry telemetry = NatsTelemetry.create(otel.openTelemetry());
        Connection connection = telemetry.wrap(nats.connection());
        String subject = nats.uniqueName();
        Service service = new ServiceBuilder()
                .connection(connection)
                .name("prices")
                .version("1.0.0")
                .addServiceEndpoint(ServiceEndpoint.builder()
                        .endpointName("price")
                        .endpointSubject(subject)
                        .handler(
                                message -> message.respond(connection, body("12 for " + new String(message.getData()))))
                        .build())
                .build();
        CompletableFuture<Boolean> stopped = service.startService();
        NatsClients.flush(connection);

        Message reply = telemetry.wrap(nats.connection()).request(subject, body("chair"), Duration.ofSeconds(30));
        service.stop();

        assertThat(textOf(reply)).isEqualTo("12 for chair");
        assertThat(stopped.get(30, TimeUnit.SECONDS)).isTrue();
        List<SpanData> spans = otel.awaitSpans(3);
        SpanData process = one(spans, "process " + subject);
        assertThat(linksOf(process))
                .containsExactly(one(spans, "request " + subject).getSpanId());
        assertThat(one(spans, "publish _INBOX").getParentSpanId()).isEqualTo(process.getSpanId());
    }
}
