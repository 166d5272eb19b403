package dev.linkspan.propagation;

import static java.util.Arrays.asList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.linkspan.propagation.toy.ToyAdapter;
import io.opentelemetry.api.OpenTelemetry;
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
