package dev.linkspan.faults;

import dev.linkspan.kafka.KafkaTelemetry;

/** What an application sends and receives through; each without a broker. */
public enum Transport {
    /** An adapter over the public API of core, one message at a time. */
    CORE {
        @Override
        Application<?, ?> open(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) {
            return MemoryApplication.single(wrapping, fault, seen, telemetry);
        }
    },
    /** Batches over the same adapter. */
    BATCH {
        @Override
        Application<?, ?> open(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) {
            return MemoryApplication.batches(wrapping, fault, seen, telemetry);
        }
    },
    /** Kafka's clients, in memory. */
    KAFKA {
        @Override
        Application<?, ?> open(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) {
            boolean intercepted = fault.intercepted && wrapping == Wrapping.LINKSPAN;
            KafkaTelemetry inside = intercepted ? KafkaTelemetry.create(telemetry.openTelemetry()) : null;
            MemoryKafka kafka = new MemoryKafka(fault, seen, inside);
            return new KafkaApplication(wrapping, fault, seen, telemetry, kafka.producer(), kafka.consumer(), kafka);
        }
    },
    /** SQS's asynchronous client, in memory. */
    SQS {
        @Override
        Application<?, ?> open(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) {
            return new SqsApplication(wrapping, fault, seen, telemetry, new MemorySqs(fault, seen));
        }
    };

    abstract Application<?, ?> open(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry);
}
