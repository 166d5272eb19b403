package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The build runs the tests on two versions of OpenTelemetry; here it is seen that it does. */
@EnabledIfSystemProperty(named = "linkspan.opentelemetry", matches = ".+")
class OpenTelemetryVersionTest {
    @Test
    void all_parts_of_opentelemetry_are_of_the_version_under_test() {
        assertThat(List.of(OpenTelemetry.class, Context.class, OpenTelemetrySdk.class, OpenTelemetryExtension.class))
                .allSatisfy(type -> assertThat(type.getPackage().getImplementationVersion())
                        .isEqualTo(System.getProperty("linkspan.opentelemetry")));
    }
}
