package dev.linkspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.util.List;
import org.junit.jupiter.api.Test;

class VersionsIT {
    @Test
    void opentelemetry_is_of_the_version_under_test() {
        assertThat(List.of(OpenTelemetry.class, OpenTelemetrySdk.class, B3Propagator.class))
                .allSatisfy(type -> assertThat(type.getPackage().getImplementationVersion())
                        .isEqualTo(System.getProperty("linkspan.opentelemetry")));
    }
}
