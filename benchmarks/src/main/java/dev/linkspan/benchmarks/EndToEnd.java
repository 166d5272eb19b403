package dev.linkspan.benchmarks;

import dev.linkspan.benchmarks.Load.Figures;
import dev.linkspan.brokers.ElasticMqBroker;
import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.brokers.NatsBroker;
import dev.linkspan.brokers.RabbitMqBroker;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;

/** Wrapped clients against bare ones on real brokers, in turns. */
final class EndToEnd {

    /** Held, because a logger that nobody holds forgets its level. */
    private static final Logger SDK_LOG = Logger.getLogger(BatchSpanProcessor.class.getName());

    private static final double LEAST_THROUGHPUT = 0.98;
    private static final double MOST_SHARE = 0.02;
    private static final double MOST_P99_MILLIS = 1;

    /** How the clients are traced: with metrics, and spans in batches to an exporter that drops them. */
    private enum Variant {
        BARE("bare"),
        /** The same again: as far as the two differ, a round tells nothing. */
        BARE_AGAIN("bare once more"),
        OFF("no SDK"),
        ONE_PERCENT("1 % sampled"),
        ALL("100 % sampled");

        final String label;

        Variant(String label) {
            this.label = label;
        }

        OpenTelemetry openTelemetry() {
            return switch (this) {
                case BARE, BARE_AGAIN -> null;
                case OFF -> OpenTelemetry.noop();
                case ONE_PERCENT -> sdk(0.01);
                case ALL -> sdk(1);
            };
        }

        private static OpenTelemetry sdk(double share) {
            return Backend.of(
                            share,
                            BatchSpanProcessor.builder(new Dropping()).build(),
                            new Tracing.BraveForgetful(),
                            SdkMeterProvider.builder()
                                    .registerMetricReader(InMemoryMetricReader.create())
                                    .build())
                    .openTelemetry();
        }
    }

    private final List<List<String>> rows = new ArrayList<>();
    private final int rounds;
    private final Set<Variant> variants;

    private EndToEnd(int rounds, Set<Variant> variants) {
        this.rounds = rounds;
        this.variants = variants;
        // at full rate there are more spans than an application would keep, and it would be told so each time
        SDK_LOG.setLevel(Level.OFF);
    }

    /** Kafka alone, not for long, and either with all spans or with none. */
    static List<List<String>> quick() throws Exception {
        EndToEnd all = new EndToEnd(5, EnumSet.complementOf(EnumSet.of(Variant.ONE_PERCENT)));
        try (KafkaBroker broker = KafkaBroker.start()) {
            all.measure("Kafka", Pipes.kafka(broker), new Load(600_000, 100_000, 1000, 500), true);
        }
        return all.rows;
    }

    /** Five rounds of some ten to fifteen seconds for each broker and way of tracing. */
    static List<List<String>> full() throws Exception {
        EndToEnd all = new EndToEnd(5, EnumSet.allOf(Variant.class));
        try (KafkaBroker broker = KafkaBroker.start()) {
            all.measure("Kafka", Pipes.kafka(broker), new Load(1_500_000, 300_000, 1000, 10_000), true);
        }
        try (RabbitMqBroker broker = RabbitMqBroker.start()) {
            all.measure("RabbitMQ", Pipes.rabbitMq(broker), new Load(300_000, 60_000, 1000, 10_000), false);
        }
        try (NatsBroker broker = NatsBroker.start()) {
            // no more than a slow subscriber may leave unread: 64 MB
            all.measure("NATS", Pipes.nats(broker), new Load(1_000_000, 200_000, 1000, 10_000), false);
        }
        try (ElasticMqBroker broker = ElasticMqBroker.start()) {
            all.measure("ElasticMQ", Pipes.sqs(broker), new Load(3000, 600, 20, 200), false);
        }
        return all.rows;
    }

    private void measure(String broker, Pipes.Maker maker, Load load, boolean goals) throws Exception {
        System.err.print("End to end on " + broker + " ");
        List<Lane> lanes = new ArrayList<>();
        try {
            for (Variant variant : variants) {
                lanes.add(new Lane(variant, maker));
            }
            // in turns too, because what is compiled for one is compiled anew when another comes
            for (int sent = 0; sent < load.warmUp(); sent += load.flood()) {
                for (Lane lane : lanes) {
                    Load.flood(lane.pipe, lane.arrivals, load.flood());
                    lane.flush();
                }
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < lanes.size(); i++) {
                    // each begins in turn, so that none is always the one after the same
                    Lane lane = lanes.get((round + i) % lanes.size());
                    lane.figures.add(load.of(lane.pipe, lane.arrivals));
                    lane.flush();
                    System.err.print(".");
                }
            }
        } finally {
            for (Lane lane : lanes) {
                lane.close();
            }
        }
        System.err.println();
        List<Figures> bare = lanes.get(0).figures;
        for (Lane lane : lanes) {
            if (lane.variant != Variant.BARE) {
                rows.add(row(broker, lane, bare, goals && lane.variant != Variant.BARE_AGAIN));
            }
        }
    }

    /** One way of tracing, open from the first round to the last. */
    private static final class Lane implements AutoCloseable {

        final Variant variant;
        final Pipe pipe;
        final Load.Arrivals arrivals = new Load.Arrivals();
        final List<Figures> figures = new ArrayList<>();
        private final OpenTelemetry openTelemetry;

        Lane(Variant variant, Pipes.Maker maker) throws Exception {
            this.variant = variant;
            this.openTelemetry = variant.openTelemetry();
            this.pipe = maker.make(openTelemetry, "load-" + variant.ordinal());
            pipe.start(arrivals::took);
        }

        /** So that its spans are not exported in another's time. */
        void flush() {
            if (openTelemetry instanceof OpenTelemetrySdk sdk) {
                sdk.getSdkTracerProvider().forceFlush().join(10, TimeUnit.SECONDS);
            }
        }

        @Override
        public void close() throws Exception {
            pipe.close();
            if (openTelemetry instanceof OpenTelemetrySdk sdk) {
                sdk.close();
            }
        }
    }

    /** In the columns of the table: both rates and both times, their ratio, and what is added, each within a round. */
    private static List<String> row(String broker, Lane lane, List<Figures> bare, boolean judged) {
        double ratio = median(lane.figures, bare, (own, other) -> own.perSecond() / other.perSecond());
        double p99 = median(lane.figures, bare, (own, other) -> own.p99Millis() - other.p99Millis());
        double share = median(lane.figures, bare, (own, other) -> own.share() - other.share());
        double micros = median(lane.figures, bare, (own, other) -> own.cpuMicros() - other.cpuMicros());
        String added = String.format(
                Locale.ROOT,
                "%.1f %% of rate, p99 %+.2f ms, core %+.1f %%, CPU %+.2f us",
                ratio * 100,
                p99,
                share * 100,
                micros);
        boolean met = ratio >= LEAST_THROUGHPUT && p99 < MOST_P99_MILLIS && share < MOST_SHARE;
        return List.of(
                broker + " end to end, " + lane.variant.label,
                "bare",
                cost(lane.figures),
                cost(bare),
                String.format(Locale.ROOT, "%.2f", 1 / ratio),
                "",
                added + (judged ? "; >= 98 %, < 1 ms, < 2 %" : ""),
                judged ? met ? "met" : "missed" : "");
    }

    private static double median(List<Figures> own, List<Figures> other, ToDoubleBiFunction<Figures, Figures> figure) {
        return Score.median(IntStream.range(0, own.size())
                .mapToDouble(round -> figure.applyAsDouble(own.get(round), other.get(round)))
                .toArray());
    }

    private static String cost(List<Figures> figures) {
        return String.format(
                Locale.ROOT,
                "%,.0f/s %.2f/%.2f ms",
                median(figures, Figures::perSecond),
                median(figures, Figures::p50Millis),
                median(figures, Figures::p99Millis));
    }

    private static double median(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        return Score.median(figures.stream().mapToDouble(figure).toArray());
    }

    /** What exporting costs is not ours. */
    private static final class Dropping implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
