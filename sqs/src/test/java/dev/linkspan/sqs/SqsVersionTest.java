package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.util.VersionInfo;

/** The tests run on the SDK that the build says. */
class SqsVersionTest {

    @Test
    void sdk_is_of_the_version_that_is_meant() throws Exception {
        // by reflection: the compiler would write the constant of the version that it saw
        assertThat(VersionInfo.class.getField("SDK_VERSION").get(null))
                .isEqualTo(System.getProperty("linkspan.awssdk"));
    }
}
