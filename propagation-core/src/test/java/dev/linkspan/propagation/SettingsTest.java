package dev.linkspan.propagation;

import static java.util.Arrays.asList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrong setting is told when it is set, with its name and with what to do. */
class SettingsTest {

    private final MessagingTelemetryBuilder builder = MessagingTelemetry.builder(OpenTelemetry.noop());

    @Test
    void null_telemetry_is_told_with_the_way_to_turn_it_off() {
        assertNull(() -> MessagingTelemetry.create(null), "openTelemetry", "OpenTelemetry.noop()");
        assertNull(() -> MessagingTelemetry.builder(null), "openTelemetry", "OpenTelemetry.noop()");
    }

    @Test
    void null_settings_to_share_are_told_with_the_way_to_make_them() {
        assertNull(() -> new Broker(null), "messaging", "MessagingTelemetry.create(openTelemetry)");
    }

    @Test
    void shared_settings_without_a_change_stay_the_same_object() {
        MessagingTelemetry shared =
                builder.policy(policy -> policy.maxLinks(64)).build();

        assertThat(new Broker(shared).build()).isSameAs(shared);
    }

    @Test
    void policies_over_shared_settings_come_on_top_of_them() {
        MessagingTelemetry shared = builder.policy(policy -> policy.maxLinks(64).messageKeys(false))
                .policy("orders", policy -> policy.maxLinks(32).attributeLength(100))
                .build();
        MessagingTelemetry own = new Broker(shared)
                .policy(policy -> policy.maxLinks(16))
                .policy("orders", policy -> policy.attributeLength(50))
                .build();

        assertThat(own.policy("invoices").maxLinks).isEqualTo(16);
        assertThat(own.policy("orders").maxLinks).isEqualTo(32);
        assertThat(own.policy("orders").attributeLength).isEqualTo(50);
        assertThat(shared.policy("invoices").maxLinks).isEqualTo(64);
        assertThat(shared.policy("orders").attributeLength).isEqualTo(100);
    }

    @Test
    void context_that_one_broker_created_is_known_to_another_with_policies_of_its_own() {
        RecordedTelemetry recorded = RecordedTelemetry.create();
        MessagingTelemetry shared = recorded.messaging();
        MessagingTelemetry own =
                new Broker(shared).policy(policy -> policy.maxLinks(16)).build();
        ToyMessage message = new ToyQueue(shared).create(ToyMessage.to("orders"));
        new ToyQueue(own).send(message);

        assertThat(recorded.span("send orders").getKind()).isEqualTo(SpanKind.CLIENT);
    }

    private static final class Broker extends PolicyBuilder<Broker> {

        Broker(MessagingTelemetry messaging) {
            super(messaging);
        }

        MessagingTelemetry build() {
            return buildMessaging();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 10_001, Integer.MAX_VALUE})
    void number_of_links_out_of_range_is_told_with_value_and_range(int maxLinks) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.policy(policy -> policy.maxLinks(maxLinks)))
                .withMessageContainingAll("maxLinks", String.valueOf(maxLinks), "1 to 10,000");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void attribute_length_below_one_is_told_with_value_and_range(int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.policy(policy -> policy.attributeLength(length)))
                .withMessageContainingAll("attributeLength", String.valueOf(length), "at least 1");
    }

    @Test
    void limits_at_their_ends_are_taken() {
        assertThat(builder.policy(policy -> policy.maxLinks(1).attributeLength(1))
                        .policy(policy -> policy.maxLinks(10_000).attributeLength(Integer.MAX_VALUE))
                        .build())
                .isNotNull();
    }

    @Test
    void wrong_value_for_one_destination_is_told_when_it_is_set() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.policy("orders", policy -> policy.maxLinks(0)))
                .withMessageContaining("maxLinks is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.policy(name -> false, policy -> policy.maxLinks(0)))
                .withMessageContaining("maxLinks is 0");
    }

    @Test
    void null_changes_are_told() {
        assertNull(() -> builder.policy(null), "change", "p -> p.maxLinks(64)");
        assertNull(() -> builder.policy(policy -> null), "change returned null");
        assertNull(() -> builder.policy("orders", null), "change");
        assertNull(() -> builder.policy("orders", policy -> null), "change returned null");
        assertNull(() -> builder.policy((String) null, policy -> policy), "destination");
        assertNull(() -> builder.policy((Predicate<String>) null, policy -> policy), "destinations");
    }

    @Test
    void null_values_of_a_policy_are_told_by_name() {
        assertNull(set(policy -> policy.relation(null)), "relation", "Relation.LINK");
        assertNull(set(policy -> policy.existingContext(null)), "existingContext", "REPLACE_STALE");
        assertNull(set(policy -> policy.incomingBaggage(null)), "keys", "empty for none");
        assertNull(set(policy -> policy.outgoingBaggage(null)), "keys", "empty for none");
        assertNull(set(policy -> policy.incomingBaggage(asList("a", null))), "keys", "null");
        assertNull(set(policy -> policy.outgoingBaggage(asList("a", null))), "keys", "null");
        assertNull(set(policy -> policy.capturedHeaders(null)), "names", "empty for none");
        assertNull(set(policy -> policy.capturedHeaders(asList("a", null))), "names", "null");
        assertNull(set(policy -> policy.messageKeys((UnaryOperator<String>) null)), "rewrite", "messageKeys(false)");
        assertNull(set(policy -> policy.destinationTemplate(null)), "template");
        assertNull(set(policy -> policy.extraAttributes(null)), "attributes");
    }

    @Test
    void null_adapter_or_client_is_told_by_name() {
        MessagingTelemetry messaging = builder.build();
        ToyAdapter adapter = new ToyAdapter();

        assertNull(() -> messaging.sender(null, ClientFacts.NONE), "adapter");
        assertNull(() -> messaging.sender(adapter, null), "client", "ClientFacts.NONE");
        assertNull(() -> messaging.tracer(null, ClientFacts.NONE, true), "adapter");
        assertNull(() -> messaging.tracer(adapter, null, true), "client", "ClientFacts.NONE");
        assertNull(() -> messaging.inject(null, new Object()), "carrier");
        assertNull(() -> messaging.inject(PayloadCarrier.ofMap(), null), "headers");
        assertNull(() -> ClientFacts.NONE.attribute(null, "x"), "key");
    }

    @Test
    void policy_is_changed_in_copies_only() {
        MessagingPolicy before = MessagingPolicy.DEFAULT;
        MessagingPolicy after = before.maxLinks(5).trusted(false);

        assertThat(after).isNotSameAs(before);
        assertThat(before.maxLinks).isEqualTo(128);
        assertThat(before.trusted).isTrue();
    }

    @Test
    void builder_that_goes_on_changes_no_telemetry_that_it_built() {
        MessagingTelemetry built = builder.policy(policy -> policy.maxLinks(5)).build();
        builder.policy(policy -> policy.maxLinks(6)).policy("orders", policy -> policy.maxLinks(7));

        assertThat(built.policy("orders").maxLinks).isEqualTo(5);
    }

    @Test
    void lists_given_to_a_policy_are_copied() {
        List<String> keys = new java.util.ArrayList<>(List.of("a"));
        MessagingPolicy policy = MessagingPolicy.DEFAULT.incomingBaggage(keys);
        keys.add("b");

        assertThat(policy.incomingBaggage).containsExactly("a");
    }

    private ThrowingCallable set(UnaryOperator<MessagingPolicy> change) {
        return () -> builder.policy(change);
    }

    private static void assertNull(ThrowingCallable setting, String... told) {
        assertThatNullPointerException().isThrownBy(setting).withMessageContainingAll(told);
    }
}
