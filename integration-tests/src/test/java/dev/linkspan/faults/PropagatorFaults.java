package dev.linkspan.faults;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Ways in which the propagator breaks, is not there, or meets what it cannot read. */
final class PropagatorFaults {

    private static final Header TENANT = Header.of("tenant", "blue");

    private PropagatorFaults() {}

    /** Each must leave the caller's headers alone. */
    static List<Fault> injecting() {
        return List.of(
                injecting("before the first header", new Broken() {
                    @Override
                    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                        throw new IllegalStateException("inject");
                    }
                }),
                injecting("after the first header", new Broken() {
                    @Override
                    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                        setter.set(carrier, "traceparent", "half");
                        throw new IllegalStateException("inject");
                    }
                }),
                injecting("Error after the first header", new Broken() {
                    @Override
                    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                        setter.set(carrier, "traceparent", "half");
                        throw new AssertionError("inject");
                    }
                }));
    }

    private static Fault injecting(String name, TextMapPropagator propagator) {
        return Fault.of("F06", name)
                .telemetry(telemetry -> telemetry.propagator(propagator))
                .sameWire()
                .control(Invariant.I1);
    }

    /** How many messages went out as the application made them. */
    static long unchanged(FaultResult result) {
        return result.linkspan().wire().values().stream()
                .filter(headers -> headers.toString().equals("[tenant=blue]"))
                .count();
    }

    static Fault extracting(int poisoned) {
        return Fault.of("F07", "one message cannot be read")
                .headers(id -> id == poisoned ? List.of(TENANT, Header.of("poison", "yes")) : List.of(TENANT))
                .telemetry(telemetry -> telemetry.propagator(new Broken() {
                    @Override
                    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
                        if (getter.get(carrier, "poison") != null) {
                            throw new StringIndexOutOfBoundsException("extract");
                        }
                        return super.extract(context, carrier, getter);
                    }
                }));
    }

    static Fault fieldsOfNull() {
        return nulls("fields() is null", new Broken() {
            @Override
            public Collection<String> fields() {
                return null;
            }
        });
    }

    static Fault fieldsThatThrow() {
        return nulls("fields() throws", new Broken() {
            @Override
            public Collection<String> fields() {
                throw new AssertionError("fields");
            }
        });
    }

    static Fault nullArguments() {
        return nulls("null carrier, name and value", new Broken() {
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
                .control(Invariant.I1);
    }

    private static Fault nulls(String name, TextMapPropagator propagator) {
        return Fault.of("F08", name).telemetry(telemetry -> telemetry.propagator(propagator));
    }

    static Fault brokenBaggage() {
        return brokenBaggage("default propagators");
    }

    static Fault brokenBaggageThatThrows() {
        return brokenBaggage("propagator that throws")
                .telemetry(telemetry -> telemetry.naiveLogsEach().propagator(new Broken() {
                    @Override
                    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
                        throw new IllegalArgumentException(getter.get(carrier, "baggage"));
                    }
                }))
                .control(Invariant.I5);
    }

    private static Fault brokenBaggage(String name) {
        String broken = "=%zz;;k%0=v%,".repeat(630);
        return Fault.of("F14", name)
                .messages(1_000)
                .sentElsewhere()
                .quietly()
                .headers(id -> List.of(TENANT, Traceparents.header(id), Header.of("baggage", broken)));
    }

    /** Each must leave the message as bare code sends it. */
    static List<Fault> off() {
        return List.of(
                off("noop", telemetry -> telemetry.replace(sdk -> OpenTelemetry.noop())),
                off(
                        "SDK shut down",
                        telemetry -> telemetry.replace(sdk -> {
                            ((OpenTelemetrySdk) sdk).getSdkTracerProvider().shutdown();
                            return sdk;
                        })),
                off("no propagators", telemetry -> telemetry.propagator(TextMapPropagator.noop())));
    }

    private static Fault off(String name, Consumer<Telemetry> change) {
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
