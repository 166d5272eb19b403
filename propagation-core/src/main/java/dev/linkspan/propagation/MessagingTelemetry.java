package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Linkspan's settings for one {@link OpenTelemetry}: policies, propagator, instruments. Share one over all brokers of an
 * application, {@code KafkaTelemetry.create(messagingTelemetry)}.
 *
 * <p>Immutable and thread-safe. Nothing it makes ever throws because of telemetry: what a propagator, sampler, processor
 * or adapter throws is counted ({@code linkspan.telemetry.errors}) and logged at most once a minute for each place.
 */
public final class MessagingTelemetry {

    static final String CORE_SCOPE = "dev.linkspan.propagation";

    private final OpenTelemetry openTelemetry;
    final Policies policies;
    private final ConcurrentHashMap<String, Instruments> instruments;
    final TelemetryErrors errors;
    final Propagation propagation;
    final CreatedContexts created;
    final boolean writesOldNames;
    /** Whether there is nothing that spans, metrics or contexts could reach. */
    final boolean isNoop;

    /** With all policies at their defaults. */
    MessagingTelemetry(OpenTelemetry openTelemetry) {
        this.openTelemetry = openTelemetry;
        this.policies = Policies.DEFAULT;
        this.instruments = new ConcurrentHashMap<>();
        this.created = new CreatedContexts();
        this.errors = new TelemetryErrors(Instruments.counter(
                Instruments.meter(openTelemetry, CORE_SCOPE, null),
                Semconv.ERRORS,
                "{error}",
                "Exceptions of telemetry that were kept from the application, by place."));
        this.propagation = new Propagation(openTelemetry.getPropagators().getTextMapPropagator(), errors);
        this.writesOldNames = Semconv.writesOldNames();
        this.isNoop = openTelemetry.getTracerProvider() == TracerProvider.noop()
                && openTelemetry.getMeterProvider() == MeterProvider.noop()
                && propagation.propagator == TextMapPropagator.noop();
    }

    private MessagingTelemetry(MessagingTelemetry shared, Policies policies) {
        this.openTelemetry = shared.openTelemetry;
        this.policies = policies;
        this.instruments = shared.instruments;
        this.created = shared.created;
        this.errors = shared.errors;
        this.propagation = shared.propagation;
        this.writesOldNames = shared.writesOldNames;
        this.isNoop = shared.isNoop;
    }

    /**
     * With all policies at their defaults.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static MessagingTelemetry create(OpenTelemetry openTelemetry) {
        return builder(openTelemetry).build();
    }

    /**
     * To set policies.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static MessagingTelemetryBuilder builder(OpenTelemetry openTelemetry) {
        return new MessagingTelemetryBuilder(openTelemetry);
    }

    /**
     * The producer's operations over an adapter, for wrappers of a client.
     *
     * @param client what is known of the client
     */
    public <M, H> MessageSender<M, H> sender(MessageAdapter<M, H> adapter, ClientFacts client) {
        return new MessageSender<>(
                this,
                requireNonNull(adapter, "adapter must not be null"),
                requireNonNull(client, "client must not be null; use ClientFacts.NONE if nothing is known of it"));
    }

    /**
     * The consumer's operations over an adapter, for wrappers of a client and for applications.
     *
     * @param client what is known of the client
     * @param countsDeliveries true if messages reach {@code process} straight from a client that is not wrapped, or from a
     *     push: a delivery is counted once, by a wrapped client's receive or here
     */
    public <M, H> MessageTracer<M> tracer(MessageAdapter<M, H> adapter, ClientFacts client, boolean countsDeliveries) {
        return tracer(adapter, client, message -> countsDeliveries);
    }

    /**
     * As {@link #tracer(MessageAdapter, ClientFacts, boolean)}, where the same tracer gets messages that a wrapped client
     * counted and others.
     *
     * @param client what is known of the client
     * @param countsDeliveries whether nobody counted this message before it comes to {@code process}; thread-safe
     */
    public <M, H> MessageTracer<M> tracer(
            MessageAdapter<M, H> adapter, ClientFacts client, Predicate<? super M> countsDeliveries) {
        return new MessageTracer<>(
                this,
                requireNonNull(adapter, "adapter must not be null"),
                requireNonNull(client, "client must not be null; use ClientFacts.NONE if nothing is known of it"),
                requireNonNull(countsDeliveries, "countsDeliveries must not be null"));
    }

    /**
     * Writes the current context into a carrier, for transports without headers and for records that are read much later
     * ({@link PayloadCarrier}).
     *
     * @return whether the headers now carry the context. False: there was none, policy has propagation off, or the
     *     carrier failed; only in that last case may the headers be half-written
     */
    public <H> boolean inject(HeaderCarrier<H> carrier, H headers) {
        Context current = currentContext();
        requireNonNull(carrier, "carrier must not be null, such as PayloadCarrier.ofMap()");
        requireNonNull(headers, "headers must not be null");
        MessagingPolicy policy = policies.forAll();
        if (!policy.propagation) {
            return false;
        }
        try {
            int size = propagation.isW3c ? TraceParent.sizeIn(carrier) : -1;
            return TraceParent.writeAlone(
                            propagation, carrier, size, headers, current, Long.MAX_VALUE, Integer.MAX_VALUE)
                    || new Injection<>(propagation, carrier, headers)
                            .write(current, policy.outgoingBaggage, Long.MAX_VALUE, Integer.MAX_VALUE);
        } catch (Throwable t) {
            errors.add("carrier.set", t);
            return false;
        }
    }

    /**
     * The headers that can carry a context to this destination, in the propagator's own spelling: for brokers that hand out
     * only the headers that a consumer asks for.
     *
     * @return empty if policy has propagation off
     */
    public Set<String> headerNames(String destination) {
        return policy(destination).propagation ? Collections.unmodifiableSet(propagation.spelledFields) : Set.of();
    }

    /**
     * What the names of further headers begin with, as {@link #headerNames}: some propagators write a header for each entry of
     * baggage.
     *
     * @return empty if policy has propagation off
     */
    public Set<String> headerPrefixes(String destination) {
        return policy(destination).propagation ? Collections.unmodifiableSet(propagation.spelledPrefixes) : Set.of();
    }

    /**
     * For wrappers of a client: says that telemetry code of theirs threw. It is counted, and logged at most once a minute.
     *
     * @param site where; one of a few fixed names
     * @throws VirtualMachineError the given error itself if it is one, unless it is a {@link StackOverflowError}
     */
    public void suppressed(String site, Throwable error) {
        errors.add(site, error);
    }

    /**
     * For wrappers of a client: makes a call that is answered later. What the call throws comes out unchanged, and its stage
     * is returned as it is: one derived from it would not cancel the call.
     *
     * @param scope what is current during the call, such as {@link MessageSpan#makeCurrent()}; closed here
     * @param request what to call with
     * @param call the client's own
     * @param end called when the call is over, with its result or its error; with neither if there is no stage to wait for, or
     *     one that takes no callback. Must not throw
     */
    public <Q, R, S extends @Nullable CompletionStage<? extends R>, X extends Throwable> S callAsync(
            Scope scope,
            Q request,
            MessageFunction<? super Q, S, X> call,
            BiConsumer<? super @Nullable R, ? super @Nullable Throwable> end)
            throws X {
        S stage;
        try {
            try {
                stage = call.apply(request);
            } finally {
                detach(scope);
            }
        } catch (Throwable t) {
            end.accept(null, t);
            throw t;
        }
        if (stage != null) {
            try {
                stage.whenComplete(end);
                return stage;
            } catch (Throwable t) {
                errors.add("stage.whenComplete", t);
            }
        }
        end.accept(null, null);
        return stage;
    }

    /** Shares all but the policies: what one of them created, the other knows. */
    MessagingTelemetry with(Policies others) {
        return others.equals(policies) ? this : new MessagingTelemetry(this, others);
    }

    /** The policy for a destination; null: for operations over several. */
    MessagingPolicy policy(@Nullable String destination) {
        return policies.of(destination, errors);
    }

    Instruments instruments(String scope, @Nullable String version) {
        return instruments.computeIfAbsent(scope, name -> new Instruments(openTelemetry, name, version, errors));
    }

    /** A context storage can be an application's own, and throw. */
    Context currentContext() {
        try {
            return Context.current();
        } catch (Throwable t) {
            errors.add("context.current", t);
            return Context.root();
        }
    }

    /** The scope closes without throwing, on the same thread. */
    Scope makeCurrent(Context context) {
        Scope scope = attach(context);
        return () -> detach(scope);
    }

    @SuppressWarnings("MustBeClosedChecker") // detach closes it
    Scope attach(Context context) {
        try {
            return context.makeCurrent();
        } catch (Throwable t) {
            errors.add("context.attach", t);
            return Scope.noop();
        }
    }

    void detach(Scope scope) {
        try {
            scope.close();
        } catch (Throwable t) {
            errors.add("context.detach", t);
        }
    }
}
