import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What ran, on which brokers, and what became of messages in each fault, from the reports that the build left; fails if
 * anything was skipped or did not run, or if a fault was felt.
 */
public final class Summary {
    private static final Path TESTS = Path.of("integration-tests");
    private static final Path BROKERS = TESTS.resolve("target/brokers");
    private static final Path FAULTS = TESTS.resolve("target/faults");
    private static final Path SCENARIOS = TESTS.resolve("src/test/java/dev/linkspan/it");
    private static final Pattern BROKER = Pattern.compile("dev\\.linkspan\\.it\\.([a-z0-9]+)\\..*");
    private static final Pattern FAILED = Pattern.compile(
            "<testcase name=\"([^\"]*)\" classname=\"([^\"]*)\"[^>]*[^/]>\\s*<(?:failure|error)(?: message=\"([^\"]{0,500}))?");

    public static void main(String[] args) throws IOException {
        List<Path> files = files(Path.of(""), "TEST-.*\\.xml").stream()
                .filter(Summary::isReport)
                .toList();
        List<Report> reports = files.stream().map(Report::read).toList();
        List<Report> onBrokers = reports.stream()
                .filter(report -> report.kind.equals("failsafe-reports"))
                .toList();

        boolean good = true;
        for (String broker : brokers(onBrokers)) {
            Counts counts = Counts.of(onBrokers.stream()
                    .filter(report -> broker.equals(report.broker()))
                    .toList());
            System.out.println(broker + ": " + description(broker) + ", tests " + counts.tests + ", failed "
                    + counts.failed + ", skipped " + counts.skipped);
            if (counts.tests == 0) {
                System.err.println(broker + ": no test ran");
                good = false;
            }
        }
        good &= Fault.print();
        for (Path file : files) {
            printFailures(Files.readString(file));
        }
        Counts all = Counts.of(reports);
        System.out.println(all.passed() + " passed, " + all.failed + " failed"
                + (all.skipped == 0 ? "" : ", " + all.skipped + " skipped"));
        System.exit(good && all.tests > 0 && all.failed == 0 && all.skipped == 0 ? 0 : 1);
    }

    /** Those that have scenarios, those that were started, and those that tests ran on: none can go missing. */
    private static SortedSet<String> brokers(List<Report> onBrokers) throws IOException {
        SortedSet<String> brokers = files(SCENARIOS, ".*IT\\.java").stream()
                .map(file -> SCENARIOS.relativize(file).getParent())
                .filter(folder -> folder != null)
                .map(folder -> folder.getName(0).toString())
                .collect(toCollection(TreeSet::new));
        files(BROKERS, ".*\\.properties").stream()
                .map(file -> file.getFileName().toString().replace(".properties", ""))
                .forEach(brokers::add);
        onBrokers.stream().map(Report::broker).filter(name -> name != null).forEach(brokers::add);
        return brokers;
    }

    private static String description(String broker) throws IOException {
        Path file = BROKERS.resolve(broker + ".properties");
        if (!Files.exists(file)) {
            return "not started";
        }
        Properties facts = load(file);
        return facts.getProperty("version") + " " + facts.getProperty("where") + ", " + facts.getProperty("real");
    }

    private static Properties load(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }

    private static boolean isReport(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder.endsWith("target/surefire-reports") || folder.endsWith("target/failsafe-reports");
    }

    private static List<Path> files(Path folder, String name) throws IOException {
        if (!Files.isDirectory(folder.toAbsolutePath())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .sorted()
                    .toList();
        }
    }

    /** Maven has said it too, but far above. */
    private static void printFailures(String report) {
        Matcher failed = FAILED.matcher(report);
        while (failed.find()) {
            String message = failed.group(3) == null ? "" : failed.group(3).replaceAll("(\\s|&#10;)+", " ");
            System.out.println("failed: " + failed.group(2) + "." + failed.group(1) + ": " + message);
        }
    }

    private record Counts(int tests, int failed, int skipped) {
        static Counts of(List<Report> reports) {
            return new Counts(
                    reports.stream().mapToInt(report -> report.tests).sum(),
                    reports.stream().mapToInt(report -> report.failed).sum(),
                    reports.stream().mapToInt(report -> report.skipped).sum());
        }

        int passed() {
            return tests - failed - skipped;
        }
    }

    /** One test class of one run. */
    private record Report(String kind, String testClass, int tests, int failed, int skipped) {
        static Report read(Path file) {
            XMLInputFactory factory = XMLInputFactory.newFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            try (InputStream in = Files.newInputStream(file)) {
                XMLStreamReader suite = factory.createXMLStreamReader(in);
                suite.nextTag();
                String className = file.getFileName().toString().replaceAll("^TEST-|\\.xml$", "");
                String kind = file.toAbsolutePath().getParent().getFileName().toString();
                int failed = count(suite, "failures") + count(suite, "errors");
                return new Report(kind, className, count(suite, "tests"), failed, count(suite, "skipped"));
            } catch (IOException | XMLStreamException e) {
                throw new IllegalStateException("unreadable report " + file, e);
            }
        }

        private static int count(XMLStreamReader suite, String attribute) {
            String count = suite.getAttributeValue(null, attribute);
            return count == null ? 0 : Integer.parseInt(count);
        }

        /** The broker that the test's package names; null if it needs none. */
        String broker() {
            Matcher matcher = BROKER.matcher(testClass);
            // dev.linkspan.it.VersionsIT is in no broker's package, and starts with an upper case letter
            return matcher.matches() ? matcher.group(1) : null;
        }
    }

    /** All runs of one fault of docs/RELIABILITY.md. */
    private record Fault(String id, List<Properties> runs) {
        private static final List<String> ALL = IntStream.rangeClosed(1, 32)
                .mapToObj(number -> String.format("F%02d", number))
                .toList();

        /** What must be 0. */
        private static final List<String> FELT = List.of("lost", "duplicates", "exceptions", "open");

        private static final String ROW = "%-5s %-34s %10s %6s %6s %6s %6s  %-14s %s%n";

        /** Says whether every fault ran, had a control that felt it, and was not felt itself. */
        static boolean print() throws IOException {
            Map<String, List<Properties>> runs = new TreeMap<>();
            ALL.forEach(id -> runs.put(id, new ArrayList<>()));
            for (Path file : files(FAULTS, ".*\\.properties")) {
                Properties run = load(file);
                runs.computeIfAbsent(run.getProperty("id"), id -> new ArrayList<>())
                        .add(run);
            }
            System.out.printf(
                    ROW, "fault", "on", "messages", "lost", "twice", "thrown", "open", "naive breaks", "seen");
            List<Fault> faults = new ArrayList<>();
            runs.forEach((id, all) -> faults.add(new Fault(id, all)));
            faults.forEach(Fault::printRow);
            System.out.printf(
                    "%d faults, %,d messages: lost %d, extra duplicates %d, exceptions added %d, spans left open %d%n",
                    faults.stream().filter(fault -> !fault.runs.isEmpty()).count(),
                    faults.stream().mapToLong(fault -> fault.sum("messages")).sum(),
                    total(faults, "lost"),
                    total(faults, "duplicates"),
                    total(faults, "exceptions"),
                    total(faults, "open"));
            for (Fault fault : faults) {
                if (fault.runs.isEmpty() || !fault.isControlled()) {
                    System.err.println(fault.id + ": " + (fault.runs.isEmpty() ? "did not run" : "no control felt it"));
                }
            }
            return faults.stream().noneMatch(fault -> fault.runs.isEmpty() || !fault.isControlled())
                    && FELT.stream().allMatch(number -> total(faults, number) == 0);
        }

        private static long total(List<Fault> faults, String number) {
            return faults.stream().mapToLong(fault -> fault.sum(number)).sum();
        }

        private boolean isControlled() {
            return runs.stream().anyMatch(run -> !run.getProperty("control").isBlank());
        }

        private void printRow() {
            Map<String, String> seen = new TreeMap<>();
            runs.forEach(run -> seen.merge(
                    run.getProperty("where"),
                    run.getProperty("figure"),
                    (one, other) -> other.isEmpty() ? one : other));
            System.out.printf(
                    ROW,
                    id,
                    String.join(", ", seen.keySet()),
                    sum("messages"),
                    sum("lost"),
                    sum("duplicates"),
                    sum("exceptions"),
                    sum("open"),
                    String.join(" ", broken()),
                    seen.entrySet().stream()
                            .filter(figure -> !figure.getValue().isEmpty())
                            .map(figure -> figure.getKey() + ": " + figure.getValue())
                            .collect(joining("; ")));
        }

        private long sum(String number) {
            return runs.stream()
                    .mapToLong(run -> Long.parseLong(run.getProperty(number)))
                    .sum();
        }

        /** The invariants that naive tracing did not keep. */
        private SortedSet<String> broken() {
            return runs.stream()
                    .flatMap(run -> Pattern.compile("\\bI[1-7]\\b")
                            .matcher(run.getProperty("control"))
                            .results())
                    .map(MatchResult::group)
                    .collect(toCollection(TreeSet::new));
        }
    }
}
