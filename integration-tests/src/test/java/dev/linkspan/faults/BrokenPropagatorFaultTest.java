package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The propagator breaks, is not there, or meets what it cannot read. */
class BrokenPropagatorFaultTest {

    private static final Header TENANT = Header.of("tenant", "blue");

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f06_inject_that_throws_sends_the_message_as_it_was(Transport transport) {
        injecting("before the first header", new Broken() {
                    @Override
                    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                        throw new IllegalStateException("inject");
                    }
                })
                .on(transport);
        injecting("after the first header", new Broken() {
                    @Override
                    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                        setter.set(carrier, "traceparent", "half");
                        throw new IllegalStateException("inject");
                    }
                })
                .on(transport);
        FaultResult error = injecting("Error after the first header", new Broken() {
                    @Override
                    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                        setter.set(carrier, "traceparent", "half");
                        throw new AssertionError("inject");
                    }
                })
                .on(transport);
        error.figure("headers the caller's in %,d of 10,000", unchanged(error));
        assertThat(unchanged(error)).isEqualTo(10_000);
    }

    private static Fault injecting(String name, TextMapPropagator propagator) {
        return Fault.of("F06", name)
                .telemetry(telemetry -> telemetry.propagator(propagator))
                .sameWire()
                .control(Invariant.I1);
    }

    private static long unchanged(FaultResult result) {
        return result.linkspan().wire().values().stream()
                .filter(headers -> headers.toString().equals("[tenant=blue]"))
                .count();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f07_extract_that_throws_costs_one_link(Transport transport) {
        FaultResult result = Fault.of("F07", "one message cannot be read")
                .headers(id -> id == 4_321 ? List.of(TENANT, Header.of("poison", "\uFFFF")) : List.of(TENANT))
                .telemetry(telemetry -> telemetry.propagator(new Broken() {
                    @Override
                    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
                        if (getter.get(carrier, "poison") != null) {
                            throw new StringIndexOutOfBoundsException("extract");
                        }
                        return super.extract(context, carrier, getter);
                    }
                }))
                .control(Invariant.I1)
                .on(transport);

        long links = result.linkspan().spans().named("process").stream()
                .mapToLong(span -> span.getLinks().size())
                .sum();
        long expected = transport == Transport.BATCH ? 20 * 128 : 9_999;
        result.figure("%,d links of %,d", links, expected);
        assertThat(links).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f08_null_where_there_should_be_none_loses_nothing(Transport transport) {
        nulls("fields() is null", new Broken() {
                    @Override
                    public Collection<String> fields() {
                        return null;
                    }
                })
                .on(transport);
        nulls("fields() throws", new Broken() {
                    @Override
                    public Collection<String> fields() {
                        throw new AssertionError("fields");
                    }
                })
                .on(transport);
        FaultResult carriers = nulls("null carrier, name and value", new Broken() {
                    @Override
                    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                        setter.set(null, "traceparent", "lost");
                        setter.set(carrier, null, "lost");
                        setter.set(carrier, "tracestate", null);
                        super.inject(context, carrier, setter);
                    }

                    @Override
                    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
                        getter.get(null, "traceparent");
                        getter.get(carrier, null);
                        getter.keys(null);
                        return super.extract(context, carrier, getter);
                    }
                })
                .control(Invariant.I1)
                .on(transport);

        assertThat(carriers.linkspan().wire()).hasSize(10_000).allSatisfy((id, headers) -> {
            List<String> names = headers.stream().map(Header::name).toList();
            assertThat(names).as("whole or not at all").isIn(List.of("tenant"), List.of("tenant", "traceparent"));
        });
    }

    private static Fault nulls(String name, TextMapPropagator propagator) {
        return Fault.of("F08", name).telemetry(telemetry -> telemetry.propagator(propagator));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f14_broken_baggage_does_not_fill_the_log(Transport transport) {
        brokenBaggage("default propagators").on(transport);
        FaultResult result = brokenBaggage("propagator that throws")
                .telemetry(telemetry -> telemetry.naiveLogsEach().propagator(new Broken() {
                    @Override
                    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
                        throw new IllegalArgumentException(getter.get(carrier, "baggage"));
                    }
                }))
                .control(Invariant.I5)
                .on(transport);

        result.figure(
                "%d own log line, %,d characters logged in all, %,d errors counted",
                result.linkspan().ownLogLines().size(),
                result.linkspan().logCharacters(),
                result.linkspan().telemetryErrors());
        assertThat(result.linkspan().ownLogLines()).hasSize(1);
    }

    private static Fault brokenBaggage(String name) {
        String broken = "=%zz;;k%0=v%,".repeat(630);
        return Fault.of("F14", name)
                .messages(1_000)
                .sentElsewhere()
                .quietly()
                .headers(id -> List.of(TENANT, Traceparents.header(id), Header.of("baggage", broken)));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f28_telemetry_that_is_off_leaves_no_trace_on_the_wire(Transport transport) {
        off("noop", telemetry -> telemetry.replace(sdk -> OpenTelemetry.noop())).on(transport);
        off(
                        "SDK shut down",
                        telemetry -> telemetry.replace(sdk -> {
                            ((OpenTelemetrySdk) sdk).getSdkTracerProvider().shutdown();
                            return sdk;
                        }))
                .on(transport);
        off("no propagators", telemetry -> telemetry.propagator(TextMapPropagator.noop()))
                .on(transport)
                .figure("bytes as sent bare in 10,000 of 10,000");
    }

    private static Fault off(String name, java.util.function.Consumer<Telemetry> change) {
        return Fault.of("F28", name)
                .telemetry(telemetry -> change.accept(telemetry.naiveWritesHeaderByHand()))
                .sameWire()
                .control(Invariant.I5);
    }

    private abstract static class Broken implements TextMapPropagator {

        @Override
        public Collection<String> fields() {
            return Telemetry.W3C.fields();
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            Telemetry.W3C.inject(context, carrier, setter);
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            return Telemetry.W3C.extract(context, carrier, getter);
        }
    }
}
