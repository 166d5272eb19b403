package dev.linkspan.benchmarks;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The least that somebody would write by hand who wants what Linkspan gives on the good path: the same spans with the
 * conventions' attributes, links, no parent. It guards nothing, bounds nothing, counts nothing and measures nothing.
 *
 * @param <M> a received message
 */
abstract class HandWritten<M> implements TextMapGetter<M> {

    static final String DESTINATION = "orders";

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION_NAME = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");

    private final String system;
    private final Tracer tracer;
    final TextMapPropagator propagator;

    HandWritten(String system, OpenTelemetry openTelemetry) {
        this.system = system;
        this.tracer = openTelemetry.getTracer("shop");
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    /** What is particular to this broker's messages, on the span of one. */
    abstract void describe(M message, Span span);

    /** A link with what tells its message from the others. */
    abstract void link(SpanContext producer, M message, SpanBuilder builder);

    /** @param name of the span: the operation and the destination */
    final Span startSend(String name, String operation) {
        return start(name, "send", operation, SpanKind.PRODUCER).startSpan();
    }

    final void process(M message, Consumer<? super M> handler) {
        Context extracted = propagator.extract(Context.root(), message, this);
        Span span = start("process orders", "process", "process", SpanKind.CONSUMER)
                .setNoParent()
                .addLink(Span.fromContext(extracted).getSpanContext())
                .startSpan();
        describe(message, span);
        // the message's baggage with it
        try (Scope scope = extracted.with(span).makeCurrent()) {
            handler.accept(message);
        } catch (RuntimeException e) {
            fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    /** Links without number: the SDK keeps the first 128. */
    final void batch(List<M> messages, Consumer<? super List<M>> handler) {
        Span span = startOver("process orders", "process", "process", SpanKind.CONSUMER, messages);
        try (Scope scope = span.makeCurrent()) {
            handler.accept(messages);
        } catch (RuntimeException e) {
            fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    final void received(String name, String operation, List<M> messages) {
        startOver(name, "receive", operation, SpanKind.CLIENT, messages).end();
    }

    static void fail(Span span, Exception e) {
        span.setStatus(StatusCode.ERROR, e.getMessage());
        span.recordException(e);
    }

    private Span startOver(String name, String type, String operation, SpanKind kind, List<M> messages) {
        SpanBuilder builder =
                start(name, type, operation, kind).setNoParent().setAttribute(COUNT, (long) messages.size());
        for (M message : messages) {
            link(
                    Span.fromContext(propagator.extract(Context.root(), message, this))
                            .getSpanContext(),
                    message,
                    builder);
        }
        return builder.startSpan();
    }

    private SpanBuilder start(String name, String type, String operation, SpanKind kind) {
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setAttribute(SYSTEM, system)
                .setAttribute(OPERATION_NAME, operation)
                .setAttribute(OPERATION_TYPE, type)
                .setAttribute(DESTINATION_NAME, DESTINATION);
    }
}
