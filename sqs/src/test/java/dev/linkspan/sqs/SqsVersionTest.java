package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.util.VersionInfo;

/** The tests run on the SDK that the build says. */
class SqsVersionTest {

    @Test
    void sdk_is_of_the_version_that_is_meant() {
        assertThat(VersionInfo.SDK_VERSION).isEqualTo(System.getProperty("linkspan.awssdk"));
    }
}
