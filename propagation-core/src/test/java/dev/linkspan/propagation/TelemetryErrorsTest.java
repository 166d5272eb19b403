package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where failures of telemetry end: counted each time, logged once a minute a place. */
class TelemetryErrorsTest {

    private static final Logger LOGGER = Logger.getLogger("dev.linkspan");

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final List<LogRecord> logged = new ArrayList<>();
    private @Nullable RuntimeException handlerFailure;
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            logged.add(entry);
            if (handlerFailure != null) {
                throw handlerFailure;
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen_to_the_log() {
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void leave_the_log_alone() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
    }

    @Test
    void ten_thousand_failures_at_one_place_are_one_log_line_and_ten_thousand_counts() {
        MessagingTelemetry messaging = recorded.messaging();
        IllegalStateException failure = new IllegalStateException("broken");
        for (int i = 0; i < 10_000; i++) {
            messaging.suppressed("test", failure);
        }

        assertThat(logged).singleElement().satisfies(entry -> {
            assertThat(entry.getLevel()).isEqualTo(Level.WARNING);
            assertThat(entry.getMessage()).contains("test");
            assertThat(entry.getThrown()).isSameAs(failure);
        });
        assertThat(recorded.errors("test")).isEqualTo(10_000);
    }

    @Test
    void each_place_has_its_own_log_line() {
        MessagingTelemetry messaging = recorded.messaging();
        messaging.suppressed("one", new IllegalStateException("broken"));
        messaging.suppressed("two", new IllegalStateException("broken"));
        messaging.suppressed("one", new IllegalStateException("broken"));

        assertThat(logged).hasSize(2);
    }

    @Test
    void log_handler_that_throws_stops_nothing() {
        handlerFailure = new IllegalStateException("disk full");

        assertThatCode(() -> recorded.messaging().suppressed("test", new IllegalStateException("broken")))
                .doesNotThrowAnyException();
    }

    @Test
    void virtual_machine_errors_pass_but_for_the_stack_overflow() {
        MessagingTelemetry messaging = recorded.messaging();
        OutOfMemoryError memory = new OutOfMemoryError("simulated");
        InternalError internal = new InternalError("simulated");

        assertThatThrownBy(() -> messaging.suppressed("test", memory)).isSameAs(memory);
        assertThatThrownBy(() -> messaging.suppressed("test", internal)).isSameAs(internal);
        assertThatCode(() -> messaging.suppressed("test", new StackOverflowError()))
                .doesNotThrowAnyException();
        assertThatCode(() -> messaging.suppressed("test", new ThreadDeathLike()))
                .doesNotThrowAnyException();
    }

    @Test
    void instruments_that_throw_stop_no_operation() {
        OpenTelemetry broken = withMeters((MeterProvider) failing(MeterProvider.class));
        ToyQueue queue = new ToyQueue(MessagingTelemetry.create(broken));
        queue.send(ToyMessage.to("orders"));
        queue.sendAll(List.of(ToyMessage.to("orders")));
        boolean[] handled = {false};
        queue.messages().process(queue.poll().get(0), message -> handled[0] = true);
        queue.messages().startBatch(List.of(ToyMessage.to("orders"))).close();

        assertThat(handled[0]).isTrue();
        assertThat(recorded.spans()).hasSize(6);
        assertThat(logged).hasSize(1);
    }

    private OpenTelemetry withMeters(MeterProvider meters) {
        return new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return recorded.openTelemetry.getTracerProvider();
            }

            @Override
            public MeterProvider getMeterProvider() {
                return meters;
            }

            @Override
            public ContextPropagators getPropagators() {
                return recorded.openTelemetry.getPropagators();
            }
        };
    }

    /** Builders and meters work; counters and histograms throw. */
    private static Object failing(Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            Class<?> result = method.getReturnType();
            if (result == void.class) {
                throw new IllegalStateException("broken instrument");
            }
            return result.isInstance(proxy) ? proxy : failing(result);
        });
    }

    /** An Error that is not the virtual machine's. */
    private static final class ThreadDeathLike extends Error {
        private static final long serialVersionUID = 1;
    }
}
