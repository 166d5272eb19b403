package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.sqs.SqsTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.sqs.model.Message;

/** Handlers that return before their work is done, on other threads. */
class HandOffFaultTest {

    private static final int MESSAGES = 10_000;
    private static final int BATCH = 100;

    /** What became of the work. */
    private record Seen(int handled, long rightParents, long leaked, Telemetry telemetry) {}

    private interface Receiver {
        /** Starts the work of all messages, and returns what is still going on. */
        List<CompletableFuture<?>> receive(Function<Integer, CompletableFuture<?>> handler) throws Throwable;
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f27_work_on_other_threads_belongs_to_its_message(Transport transport) throws Throwable {
        for (String kind : kinds()) {
            Seen seen = run(kind, Context::taskWrapping, telemetry -> receiver(transport, telemetry));
            Seen naive = run(kind, UnaryOperator.identity(), HandOffFaultTest::naively);

            FaultReport.of(
                            "F27",
                            kind,
                            transport.name().toLowerCase(java.util.Locale.ROOT),
                            MESSAGES,
                            MESSAGES - seen.handled,
                            0,
                            0,
                            seen.telemetry.spans.open())
                    .figure(String.format(
                            "%,d parents right of 10,000, %d contexts left", seen.rightParents, seen.leaked))
                    .control(String.format("I6: %,d parents right", naive.rightParents))
                    .write();
            assertThat(seen.handled).isEqualTo(MESSAGES);
            assertThat(seen.rightParents).isEqualTo(MESSAGES);
            assertThat(seen.leaked).isZero();
            assertThat(seen.telemetry.spans.open()).isZero();
            assertThat(naive.rightParents).isZero();
        }
    }

    /** Virtual threads where this JDK has them. */
    private static List<String> kinds() {
        return Runtime.version().feature() >= 21 ? List.of("pool", "virtual threads") : List.of("pool");
    }

    private static ExecutorService executor(String kind) throws ReflectiveOperationException {
        return kind.equals("pool")
                ? Executors.newFixedThreadPool(8)
                : (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null);
    }

    /** @param carrying how the application hands work over: with the context, or as it comes */
    private static Seen run(String kind, UnaryOperator<Executor> carrying, Function<Telemetry, Receiver> receiver)
            throws Throwable {
        Scopes.watch();
        Telemetry telemetry = new Telemetry();
        Tracer tracer = telemetry.openTelemetry().getTracer("work");
        AtomicInteger handled = new AtomicInteger();
        long before = Scopes.open();
        ExecutorService executor = executor(kind);
        Executor handOver = carrying.apply(executor);
        try {
            List<CompletableFuture<?>> going = receiver.apply(telemetry)
                    .receive(id -> CompletableFuture.runAsync(
                            () -> {
                                handled.incrementAndGet();
                                tracer.spanBuilder("work " + id).startSpan().end();
                            },
                            handOver));
            going.forEach(CompletableFuture::join);
        } finally {
            executor.shutdown();
        }
        // a stage is complete before what hangs on it has run, and process spans end by that
        assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        return new Seen(handled.get(), rightParents(telemetry), Scopes.open() - before, telemetry);
    }

    /** Work whose parent is a process span that ended later, and links to that message's producer. */
    private static long rightParents(Telemetry telemetry) {
        Map<String, SpanData> processes =
                telemetry.spans.named("process").stream().collect(Collectors.toMap(SpanData::getSpanId, span -> span));
        return telemetry.spans.named("work").stream()
                .filter(work -> {
                    SpanData process = processes.get(work.getParentSpanId());
                    int id = Integer.parseInt(work.getName().substring("work ".length()));
                    return process != null
                            && process.getEndEpochNanos() >= work.getEndEpochNanos()
                            && process.getLinks().stream()
                                    .anyMatch(link ->
                                            link.getSpanContext().getSpanId().equals(Traceparents.spanId(id)));
                })
                .count();
    }

    private static Receiver receiver(Transport transport, Telemetry telemetry) {
        MessagingTelemetry messaging = MessagingTelemetry.create(telemetry.openTelemetry());
        MessageTracer<MemoryMessage> memory = messaging.tracer(new MemoryMessage.Adapter(), ClientFacts.NONE, false);
        return switch (transport) {
            case CORE -> single(memory, HandOffFaultTest::inMemory);
            case KAFKA -> {
                Fault fault = Fault.of("F27", "");
                Observation seen = new Observation(telemetry);
                try (MemoryKafka kafka = new MemoryKafka(fault, seen)) {
                    yield single(KafkaTelemetry.create(messaging).records(kafka.consumer()), HandOffFaultTest::onKafka);
                }
            }
            case SQS -> single(SqsTelemetry.create(messaging).messages(MemorySqs.URL), HandOffFaultTest::onSqs);
            case BATCH ->
                handler -> {
                    BatchProcessor<MemoryMessage> processor = BatchProcessor.create(memory);
                    List<CompletableFuture<?>> going = new ArrayList<>();
                    for (int first = 0; first < MESSAGES; first += BATCH) {
                        List<MemoryMessage> messages = IntStream.range(first, first + BATCH)
                                .mapToObj(HandOffFaultTest::inMemory)
                                .toList();
                        going.add(processor.processAsync(
                                messages,
                                batch -> CompletableFuture.allOf(batch.messages().stream()
                                        .map(message -> handler.apply(message.id()))
                                        .toArray(CompletableFuture<?>[]::new))));
                    }
                    return going;
                };
        };
    }

    private static <M> Receiver single(MessageTracer<M> tracer, Function<Integer, M> message) {
        return handler -> {
            List<CompletableFuture<?>> going = new ArrayList<>();
            for (int id = 0; id < MESSAGES; id++) {
                int number = id;
                going.add(tracer.processAsync(message.apply(id), m -> handler.apply(number)));
            }
            return going;
        };
    }

    private static Receiver naively(Telemetry telemetry) {
        MemoryMessage.Carrier carrier = new MemoryMessage.Carrier();
        NaiveTracing<List<Header>> naive = new NaiveTracing<>(telemetry, carrier, carrier::set);
        return handler -> {
            List<CompletableFuture<?>> going = new ArrayList<>();
            for (int id = 0; id < MESSAGES; id++) {
                int number = id;
                naive.process(inMemory(id).headers(), () -> going.add(handler.apply(number)));
            }
            return going;
        };
    }

    private static MemoryMessage inMemory(int id) {
        return new MemoryMessage(id, List.of(Traceparents.header(id)));
    }

    private static Message onSqs(int id) {
        return Message.builder()
                .body("value")
                .messageAttributes(SqsWire.attributes(List.of(Traceparents.header(id))))
                .build();
    }

    private static ConsumerRecord<String, String> onKafka(int id) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", Traceparents.header(id).value());
        return new ConsumerRecord<>(
                "faults",
                0,
                id,
                0L,
                TimestampType.CREATE_TIME,
                3,
                5,
                "key",
                "value",
                headers,
                java.util.Optional.empty());
    }
}
