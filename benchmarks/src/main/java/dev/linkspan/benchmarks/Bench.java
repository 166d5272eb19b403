package dev.linkspan.benchmarks;

import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.options.TimeValue;

/** Behind {@code scripts/bench}: measures, and prints one table. */
public final class Bench {

    private Bench() {}

    /** With {@code --full}, everything; else the goals alone. */
    public static void main(String[] arguments) throws Exception {
        // others may measure too, and this one can bear it
        System.setProperty("jmh.ignoreLock", "true");
        boolean full = List.of(arguments).contains("--full");
        List<Row> rows = full ? Goals.full() : Goals.quick();
        Rounds rounds = full
                ? new Rounds(3, 12, 3, TimeValue.milliseconds(300))
                : new Rounds(2, 8, 3, TimeValue.milliseconds(200));
        List<Subject> subjects = new ArrayList<>();
        rows.forEach(row -> subjects.addAll(List.of(row.linkspan(), row.other())));
        double before = load();
        Map<Subject, List<Score>> scores = rounds.run(subjects);

        List<List<String>> endToEnd = full ? EndToEnd.full() : EndToEnd.quick();

        System.out.println(machine() + String.format("; load average %.1f before, %.1f after", before, load()));
        System.out.println(rounds.rounds()
                + " rounds, of which the least counts; what a message costs with Linkspan and with the other, and the ratio of the two;"
                + " end to end: messages a second, p50 and p99");
        System.out.println();
        Table table = new Table("operation", "beside", "Linkspan", "other", "time", "bytes", "goal", "");
        rows.forEach(row -> table.add(row.cells(scores)));
        endToEnd.forEach(table::add);
        System.out.print(table);
    }

    private static String machine() {
        return String.format(
                "%d cores, %s, JDK %s, OpenTelemetry %s",
                Runtime.getRuntime().availableProcessors(),
                processor(),
                System.getProperty("java.vm.version"),
                OpenTelemetry.class.getPackage().getImplementationVersion());
    }

    /** Its name, where the system tells. */
    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (java.io.IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** Of the last minute; negative where the system does not tell. */
    private static double load() {
        return java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
