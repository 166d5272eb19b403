package dev.linkspan.testing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.testing.trace.TestSpanData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.List;

/** Spans made by hand, with ids and times that follow from the order in which they are made. */
final class Spans {

    static {
        // expected texts hold lines and arrows, whatever this machine's console can show
        System.setProperty("linkspan.ascii", "false");
    }

    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.builder("dev.linkspan.toy")
            .setSchemaUrl("https://opentelemetry.io/schemas/1.44.0")
            .build();

    private final List<SpanData> all = new ArrayList<>();
    private int traces;
    private int made;

    List<SpanData> all() {
        return List.copyOf(all);
    }

    Builder root(String name, SpanKind kind) {
        return new Builder(
                name, kind, String.format("%032x", 0xa000_0000_0000_0000L + ++traces), SpanContext.getInvalid());
    }

    Builder child(SpanData parent, String name, SpanKind kind) {
        return child(parent.getSpanContext(), name, kind);
    }

    Builder child(SpanContext parent, String name, SpanKind kind) {
        return new Builder(name, kind, parent.getTraceId(), parent);
    }

    Builder send(String destination) {
        return root("send " + destination, SpanKind.PRODUCER).messaging("send", "send", destination);
    }

    Builder sendBelow(SpanData parent, String destination) {
        return child(parent, "send " + destination, SpanKind.PRODUCER).messaging("send", "send", destination);
    }

    Builder process(String destination) {
        return root("process " + destination, SpanKind.CONSUMER).messaging("process", "process", destination);
    }

    Builder poll(String destination) {
        return root("poll " + destination, SpanKind.CLIENT).messaging("poll", "receive", destination);
    }

    /** The same span below another. */
    SpanData withParent(SpanData span, SpanData parent) {
        return TestSpanData.builder()
                .setName(span.getName())
                .setKind(span.getKind())
                .setSpanContext(span.getSpanContext())
                .setParentSpanContext(parent.getSpanContext())
                .setStartEpochNanos(span.getStartEpochNanos())
                .setEndEpochNanos(span.getEndEpochNanos())
                .setHasEnded(true)
                .setStatus(StatusData.unset())
                .build();
    }

    /** A context that no span here has. */
    static SpanContext remote(int number) {
        return SpanContext.createFromRemoteParent(
                String.format("%032x", 0xf000_0000_0000_0000L + number),
                String.format("%016x", 0xfeed_0000_0000_0000L + number),
                TraceFlags.getSampled(),
                TraceState.getDefault());
    }

    final class Builder {
        private final TestSpanData.Builder builder = TestSpanData.builder();
        private final AttributesBuilder attributes = Attributes.builder();
        private final List<LinkData> links = new ArrayList<>();
        private int dropped;

        Builder(String name, SpanKind kind, String traceId, SpanContext parent) {
            long number = ++made;
            builder.setName(name)
                    .setKind(kind)
                    .setSpanContext(SpanContext.create(
                            traceId,
                            String.format("%016x", 0x5000_0000_0000_0000L + number),
                            TraceFlags.getSampled(),
                            TraceState.getDefault()))
                    .setParentSpanContext(parent)
                    .setStartEpochNanos(number * 1_000_000)
                    .setEndEpochNanos(number * 1_000_000 + 1)
                    .setHasEnded(true)
                    .setStatus(StatusData.unset())
                    .setInstrumentationScopeInfo(SCOPE);
        }

        Builder messaging(String operation, String type, String destination) {
            return put("messaging.system", "toy")
                    .put("messaging.operation.name", operation)
                    .put("messaging.operation.type", type)
                    .put("messaging.destination.name", destination);
        }

        Builder put(String name, String value) {
            attributes.put(name, value);
            return this;
        }

        Builder put(String name, long value) {
            attributes.put(name, value);
            return this;
        }

        Builder put(String name, boolean value) {
            attributes.put(name, value);
            return this;
        }

        Builder without(String name) {
            attributes.removeIf(key -> key.getKey().equals(name));
            return this;
        }

        Builder link(SpanData target) {
            return link(target.getSpanContext(), Attributes.empty());
        }

        Builder link(SpanContext target, Attributes ofLink) {
            links.add(LinkData.create(target, ofLink));
            return this;
        }

        Builder linkFor(SpanData target, long messages) {
            return link(
                    target.getSpanContext(),
                    Attributes.of(AttributeKey.longKey("linkspan.link.message_count"), messages));
        }

        Builder dropped(int linksDropped) {
            dropped = linksDropped;
            return this;
        }

        Builder failed(String type, String message) {
            builder.setStatus(StatusData.create(StatusCode.ERROR, message));
            return put("error.type", type);
        }

        Builder status(StatusData status) {
            builder.setStatus(status);
            return this;
        }

        Builder open() {
            builder.setHasEnded(false).setEndEpochNanos(0);
            return this;
        }

        Builder scope(String schemaUrl) {
            var scope = InstrumentationScopeInfo.builder("some.scope");
            if (schemaUrl != null) {
                scope.setSchemaUrl(schemaUrl);
            }
            builder.setInstrumentationScopeInfo(scope.build());
            return this;
        }

        SpanData make() {
            SpanData span = builder.setAttributes(attributes.build())
                    .setLinks(links)
                    .setTotalRecordedLinks(links.size() + dropped)
                    .build();
            all.add(span);
            return span;
        }
    }
}
