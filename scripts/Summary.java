import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** What ran, and on which brokers, from the reports that the build left; fails if anything was skipped or did not run. */
public final class Summary {
    private static final Path TESTS = Path.of("integration-tests");
    private static final Path BROKERS = TESTS.resolve("target/brokers");
    private static final Path SCENARIOS = TESTS.resolve("src/test/java/dev/linkspan/it");
    private static final Pattern BROKER = Pattern.compile("dev\\.linkspan\\.it\\.([a-z0-9]+)\\..*");

    public static void main(String[] args) throws IOException {
        List<Report> reports = files(Path.of(""), "TEST-.*\\.xml").stream()
                .filter(Summary::isReport)
                .map(Report::read)
                .toList();
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
        Properties facts = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            facts.load(reader);
        }
        return facts.getProperty("version") + " " + facts.getProperty("where") + ", " + facts.getProperty("real");
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
}
