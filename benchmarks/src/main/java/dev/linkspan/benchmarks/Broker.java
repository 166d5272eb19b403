package dev.linkspan.benchmarks;

import static dev.linkspan.benchmarks.Library.BARE;
import static dev.linkspan.benchmarks.Library.HAND_WRITTEN;
import static dev.linkspan.benchmarks.Library.LINKSPAN;
import static dev.linkspan.benchmarks.Library.OPENTELEMETRY;

import java.util.EnumSet;
import java.util.Set;

/** Whose client is traced. */
public enum Broker {
    KAFKA(EnumSet.allOf(Library.class)) {
        @Override
        Traced<?> traced(Library library, Backend backend) {
            return KafkaLibraries.of(library, backend);
        }
    },
    RABBITMQ(EnumSet.of(BARE, HAND_WRITTEN, LINKSPAN)) {
        @Override
        Traced<?> traced(Library library, Backend backend) {
            return RabbitMqLibraries.of(library, backend);
        }
    },
    NATS(EnumSet.of(BARE, HAND_WRITTEN, LINKSPAN, OPENTELEMETRY)) {
        @Override
        Traced<?> traced(Library library, Backend backend) {
            return NatsLibraries.of(library, backend);
        }
    },
    SQS(EnumSet.of(BARE, HAND_WRITTEN, LINKSPAN)) {
        @Override
        Traced<?> traced(Library library, Backend backend) {
            return SqsLibraries.of(library, backend);
        }
    },
    /** AWS's client itself, over HTTP that is a stub, because OpenTelemetry's library sits inside of it. */
    SQS_CLIENT(EnumSet.of(BARE, LINKSPAN, OPENTELEMETRY)) {
        @Override
        Traced<?> traced(Library library, Backend backend) {
            return SqsClientLibraries.of(library, backend);
        }
    };

    /** Those that trace this client, in the form in which it is a stub here. */
    final Set<Library> libraries;

    Broker(Set<Library> libraries) {
        this.libraries = libraries;
    }

    abstract Traced<?> traced(Library library, Backend backend);

    /** @throws IllegalArgumentException if that library does not trace this client */
    @SuppressWarnings("unchecked") // the messages are made by the same broker
    Traced<Object> with(Library library, Backend backend) {
        if (!libraries.contains(library)) {
            throw new IllegalArgumentException(library + " does not trace " + this);
        }
        return (Traced<Object>) traced(library, backend);
    }
}
