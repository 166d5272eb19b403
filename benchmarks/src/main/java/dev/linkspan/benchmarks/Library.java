package dev.linkspan.benchmarks;

import brave.Span;
import brave.Tracer;
import brave.kafka.clients.KafkaTracing;
import brave.sampler.Sampler;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** Who traces Kafka, in the way that each of them documents. */
public enum Library {
    /** Nobody. */
    BARE {
        @Override
        Send send(Tracing tracing) {
            return new StubProducer()::send;
        }

        @Override
        Process process(Tracing tracing) {
            return List::forEach;
        }
    },
    HAND_WRITTEN {
        @Override
        Send send(Tracing tracing) {
            HandWritten own = new HandWritten(tracing.openTelemetry());
            Producer<String, String> producer = new StubProducer();
            return record -> own.send(producer, record);
        }

        @Override
        Process process(Tracing tracing) {
            HandWritten own = new HandWritten(tracing.openTelemetry());
            return (records, handler) -> {
                for (ConsumerRecord<String, String> record : records) {
                    own.process(record, handler);
                }
            };
        }
    },
    LINKSPAN {
        @Override
        Send send(Tracing tracing) {
            return KafkaTelemetry.create(tracing.openTelemetry()).wrap(new StubProducer())::send;
        }

        @Override
        Process process(Tracing tracing) {
            MessageTracer<ConsumerRecord<String, String>> tracer = tracer(tracing.openTelemetry());
            return (records, handler) -> {
                for (ConsumerRecord<String, String> record : records) {
                    tracer.process(record, handler::accept);
                }
            };
        }
    },
    /** OpenTelemetry's own library. */
    OPENTELEMETRY {
        @Override
        Send send(Tracing tracing) {
            return io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.create(tracing.openTelemetry())
                    .wrap(new StubProducer())::send;
        }

        @Override
        Process process(Tracing tracing) {
            StubConsumer stub = new StubConsumer();
            org.apache.kafka.clients.consumer.Consumer<String, String> consumer =
                    io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.create(tracing.openTelemetry())
                            .wrap(stub);
            return (records, handler) -> {
                stub.polled = new ConsumerRecords<>(Map.of(new TopicPartition("orders", 3), records), Map.of());
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ZERO)) {
                    handler.accept(record);
                }
            };
        }
    },
    /** With Zipkin's headers, as is its default. */
    BRAVE {
        @Override
        Send send(Tracing tracing) {
            return brave(tracing).producer(new StubProducer())::send;
        }

        @Override
        Process process(Tracing tracing) {
            KafkaTracing kafka = brave(tracing);
            Tracer tracer = kafka.messagingTracing().tracing().tracer();
            return (records, handler) -> {
                for (ConsumerRecord<String, String> record : records) {
                    Span span = kafka.nextSpan(record).name("process").start();
                    try (Tracer.SpanInScope scope = tracer.withSpanInScope(span)) {
                        handler.accept(record);
                    } finally {
                        span.finish();
                    }
                }
            };
        }
    };

    abstract Send send(Tracing tracing);

    abstract Process process(Tracing tracing);

    boolean readsB3() {
        return this == BRAVE;
    }

    static MessageTracer<ConsumerRecord<String, String>> tracer(OpenTelemetry openTelemetry) {
        return KafkaTelemetry.create(openTelemetry).records(new StubConsumer());
    }

    private static KafkaTracing brave(Tracing tracing) {
        brave.Tracing.Builder builder = brave.Tracing.newBuilder()
                .sampler(tracing == Tracing.SAMPLED ? Sampler.ALWAYS_SAMPLE : Sampler.NEVER_SAMPLE);
        brave.Tracing made = builder.build();
        made.setNoop(tracing == Tracing.NOOP);
        return KafkaTracing.create(made);
    }

    /** A send. */
    interface Send {
        Future<RecordMetadata> send(ProducerRecord<String, String> record);
    }

    /** A span for each of some records. */
    interface Process {
        void process(List<ConsumerRecord<String, String>> records, Consumer<ConsumerRecord<String, String>> handler);
    }
}
