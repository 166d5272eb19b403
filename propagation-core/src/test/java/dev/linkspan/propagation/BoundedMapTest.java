package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

class BoundedMapTest {

    private final BoundedMap<String, Object> map = new BoundedMap<>();

    @Test
    void what_was_made_is_found_again() {
        Object made = new Object();

        assertThat(map.get("orders")).isNull();
        assertThat(map.remember("orders", made)).isSameAs(made);
        assertThat(map.get("orders")).isSameAs(made);
        assertThat(map.get("invoices")).isNull();
    }

    @Test
    void first_of_two_threads_that_made_the_same_decides_for_both() {
        Object first = map.remember("orders", new Object());

        assertThat(map.remember("orders", new Object())).isSameAs(first);
        assertThat(map.get("orders")).isSameAs(first);
    }

    @Test
    void a_thousand_are_remembered_and_one_more_forgets_them() {
        for (int i = 0; i < 1_000; i++) {
            map.remember("orders-" + i, i);
        }
        assertThat(map.get("orders-0")).isEqualTo(0);
        assertThat(map.get("orders-999")).isEqualTo(999);

        map.remember("orders-1000", 1_000);
        assertThat(map.get("orders-0")).isNull();
        assertThat(map.get("orders-999")).isNull();
        assertThat(map.get("orders-1000")).isEqualTo(1_000);
    }

    @Test
    void missing_keys_and_values_are_refused() {
        assertThatNullPointerException().isThrownBy(() -> map.get(null)).withMessageContaining("key");
        assertThatNullPointerException()
                .isThrownBy(() -> map.remember(null, "made"))
                .withMessageContaining("key");
        assertThatNullPointerException()
                .isThrownBy(() -> map.remember("orders", null))
                .withMessageContaining("made");
    }
}
