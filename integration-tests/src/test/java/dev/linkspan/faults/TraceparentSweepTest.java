package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PayloadCarrier;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every UTF-16 unit at each place of one valid traceparent, one after the other: nothing is left to luck. */
class TraceparentSweepTest {

    private static final String VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    /** W3C Trace Context, section 3.2, for values of 55 characters. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private final MessageTracer<Map<String, Object>> tracer = MessagingTelemetry.create(
                    OpenTelemetry.propagating(ContextPropagators.create(W3CTraceContextPropagator.getInstance())))
            .tracer(new Payload(), ClientFacts.NONE, true);

    @Test
    void each_unit_at_each_place_is_read_as_the_specification_says_and_none_throws() {
        Map<String, Object> message = new HashMap<>();
        int inputs = 0;
        int valid = 0;
        for (int place = 0; place < VALID.length(); place++) {
            char[] chars = VALID.toCharArray();
            for (int unit = 0; unit <= Character.MAX_VALUE; unit++) {
                chars[place] = (char) unit;
                String traceparent = new String(chars);
                message.put("traceparent", traceparent);
                SpanContext origin = tracer.origin(message);
                inputs++;
                if (origin.isValid() != TRACEPARENT.matcher(traceparent).matches()) {
                    throw new AssertionError("unit " + unit + " at " + place + " is read as " + origin);
                }
                if (origin.isValid()) {
                    valid++;
                    assertIsWhatIsWritten(origin, traceparent);
                }
            }
        }

        assertThat(inputs).isEqualTo(3_604_480);
        assertThat(valid).isEqualTo(835);
    }

    private static void assertIsWhatIsWritten(SpanContext origin, String traceparent) {
        assertThat(origin.getTraceId()).isEqualTo(traceparent.substring(3, 35));
        assertThat(origin.getSpanId()).isEqualTo(traceparent.substring(36, 52));
        assertThat(origin.isSampled()).isEqualTo((Character.digit(traceparent.charAt(54), 16) & 1) == 1);
    }

    private static final class Payload implements MessageAdapter<Map<String, Object>, Map<String, Object>> {

        @Override
        public String instrumentationName() {
            return "dev.linkspan.faults";
        }

        @Override
        public String system() {
            return "memory";
        }

        @Override
        public HeaderCarrier<Map<String, Object>> carrier() {
            return PayloadCarrier.ofMap();
        }

        @Override
        public Map<String, Object> headers(Map<String, Object> message) {
            return message;
        }

        @Override
        public String destination(Map<String, Object> message) {
            return "orders";
        }
    }
}
