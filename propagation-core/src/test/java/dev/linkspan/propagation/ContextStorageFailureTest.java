package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.context.SettableContextStorageProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application's own context storage may fail; and ours must leave none attached. */
class ContextStorageFailureTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());
    private final ContextStorage usual = SettableContextStorageProvider.getContextStorage();
    private final TestStorage storage = new TestStorage();

    @BeforeEach
    void use_a_storage_that_can_fail() {
        SettableContextStorageProvider.setContextStorage(storage);
    }

    @AfterEach
    void use_the_usual_storage() {
        SettableContextStorageProvider.setContextStorage(usual);
    }

    @Test
    void storage_that_fails_on_attach_stops_no_handler() {
        storage.failing = "attach";
        assertAllOperationsRun();

        assertThat(recorded.errors("context.attach")).isEqualTo(3);
    }

    @Test
    void storage_that_fails_on_detach_stops_no_handler() {
        storage.failing = "detach";
        assertAllOperationsRun();

        assertThat(recorded.errors("context.detach")).isEqualTo(3);
    }

    @Test
    void storage_that_fails_on_current_stops_no_handler() {
        storage.failing = "current";
        assertAllOperationsRun();

        assertThat(recorded.errors("context.current")).isPositive();
    }

    @Test
    void every_scope_that_was_opened_is_closed() {
        assertAllOperationsRun();

        assertThat(storage.attached).isPositive();
        assertThat(storage.detached).isEqualTo(storage.attached);
    }

    private void assertAllOperationsRun() {
        queue.send(ToyMessage.to("orders"));
        queue.sendAll(List.of(ToyMessage.to("orders")));
        assertThat(queue.poll()).hasSize(2);
        boolean[] handled = {false};
        queue.messages().process(ToyMessage.to("orders"), message -> handled[0] = true);
        MessageSpan batch = queue.messages().startBatch(List.of(ToyMessage.to("orders")));
        try (Scope scope = batch.makeCurrent()) {
            assertThat(scope).isNotNull();
        }
        batch.close();
        try (Scope scope = queue.messages().makeRootCurrent()) {
            assertThat(scope).isNotNull();
        }
        assertThat(handled[0]).isTrue();
        assertThat(recorded.spans("process orders")).hasSize(2);
    }

    private final class TestStorage implements ContextStorage {

        private String failing = "";
        private int attached;
        private int detached;

        @Override
        public Scope attach(Context context) {
            fail("attach");
            attached++;
            Scope scope = usual.attach(context);
            return () -> {
                detached++;
                scope.close();
                fail("detach");
            };
        }

        @Override
        public @Nullable Context current() {
            fail("current");
            return usual.current();
        }

        private void fail(String method) {
            if (failing.equals(method)) {
                throw new IllegalStateException(method);
            }
        }
    }
}
