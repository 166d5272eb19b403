package dev.linkspan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a failing assertion says. */
final class Failures {

    private Failures() {}

    /** The message; fails if the assertion holds. */
    static String messageOf(ThrowingCallable assertion) {
        try {
            assertion.call();
        } catch (AssertionError failure) {
            return String.valueOf(failure.getMessage());
        } catch (Throwable other) {
            throw new AssertionError("expected an AssertionError", other);
        }
        throw new AssertionError("the assertion holds, and should not");
    }

    /** Part of the message, without where its lines are broken. */
    static void assertFails(ThrowingCallable assertion, String... parts) {
        assertThat(messageOf(assertion).replaceAll("\\n +", " ")).contains(parts);
    }
}
