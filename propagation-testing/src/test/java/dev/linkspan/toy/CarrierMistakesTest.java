package dev.linkspan.toy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.HeaderCarrier;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** A test that cannot fail proves nothing: each mistake of a carrier fails a test of its contract. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CarrierMistakesTest {

    @Test
    void right_carrier_passes() {
        assertThat(ContractRun.failedTests(ToyCarrierTest::new)).isEmpty();
    }

    @Test
    void carrier_that_appends() {
        assertThat(carrierMistakesOf(new Delegating() {
                    @Override
                    public void set(ToyHeaders headers, String name, String value) {
                        headers.add(name, value.getBytes(UTF_8));
                    }
                }))
                .contains("set_overwrites_and_never_appends");
    }

    @Test
    void carrier_that_decodes_whatever_comes() {
        assertThat(carrierMistakesOf(new Delegating() {
                    @Override
                    public String get(ToyHeaders headers, String name, int maxLength) {
                        return super.get(headers, name, Integer.MAX_VALUE);
                    }
                }))
                .containsExactly("megabyte_is_not_decoded_to_be_refused");
    }

    @Test
    void carrier_that_cuts_without_a_trace() {
        assertThat(carrierMistakesOf(new Delegating() {
                    @Override
                    public String get(ToyHeaders headers, String name, int maxLength) {
                        String value = super.get(headers, name, maxLength);
                        return value == null || value.length() <= maxLength ? value : value.substring(0, maxLength);
                    }
                }))
                .contains("value_that_is_too_long_is_seen_to_be");
    }

    @Test
    void carrier_that_trims_or_ignores_case_or_throws() {
        assertThat(carrierMistakesOf(new Delegating() {
                    @Override
                    public String get(ToyHeaders headers, String name, int maxLength) {
                        String value = super.get(headers, name, maxLength);
                        return value == null ? null : value.trim();
                    }
                }))
                .contains("text_is_neither_trimmed_nor_unquoted");
        assertThat(carrierMistakesOf(new Delegating() {
                    @Override
                    public void remove(ToyHeaders headers, String name) {
                        headers.all.removeIf(header -> header.getKey().equalsIgnoreCase(name));
                    }
                }))
                .contains("names_are_compared_exactly");
        assertThat(carrierMistakesOf(new Delegating() {
                    @Override
                    public boolean conflicting(ToyHeaders headers, String name) {
                        throw new IllegalStateException();
                    }
                }))
                .contains("hostile_values_are_only_data", "headers_without_anything_have_no_names_and_no_values");
    }

    /** A carrier that is right until a method of it is overridden. */
    private abstract static class Delegating implements HeaderCarrier<ToyHeaders> {
        @Override
        public String get(ToyHeaders headers, String name, int maxLength) {
            return ToyCarrier.INSTANCE.get(headers, name, maxLength);
        }

        @Override
        public Iterable<String> names(ToyHeaders headers) {
            return ToyCarrier.INSTANCE.names(headers);
        }

        @Override
        public void set(ToyHeaders headers, String name, String value) {
            ToyCarrier.INSTANCE.set(headers, name, value);
        }

        @Override
        public void remove(ToyHeaders headers, String name) {
            ToyCarrier.INSTANCE.remove(headers, name);
        }

        @Override
        public boolean conflicting(ToyHeaders headers, String name) {
            return ToyCarrier.INSTANCE.conflicting(headers, name);
        }
    }

    private static Set<String> carrierMistakesOf(HeaderCarrier<ToyHeaders> carrier) {
        return ContractRun.failedTests(() -> new ToyCarrierTest() {
            @Override
            protected HeaderCarrier<ToyHeaders> carrier() {
                return carrier;
            }
        });
    }
}
