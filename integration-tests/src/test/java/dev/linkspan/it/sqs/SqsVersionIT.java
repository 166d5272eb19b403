package dev.linkspan.it.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.util.VersionInfo;

/** The scenarios run on several versions of the AWS SDK; here it is seen that they do. */
class SqsVersionIT {

    @Test
    void sdk_is_of_the_version_under_test() throws Exception {
        // by reflection: the compiler would write the constant of the version that it saw
        assertThat(VersionInfo.class.getField("SDK_VERSION").get(null))
                .isEqualTo(System.getProperty("linkspan.awssdk"));
    }
}
