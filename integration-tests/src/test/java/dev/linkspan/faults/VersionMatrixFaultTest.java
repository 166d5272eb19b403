package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** That the suites run on every version which README.md promises is the build's doing; here it is seen that it does it. */
class VersionMatrixFaultTest {

    /** A run of a module's tests, and the property of the version that it must put on the class path. */
    private record Run(String pom, String plugin, String execution, String version) {}

    private static final List<Run> MATRIX = List.of(
            new Run("../pom.xml", "maven-surefire-plugin", "newest-opentelemetry", "opentelemetry.newest.version"),
            new Run("../pom.xml", "maven-failsafe-plugin", "newest-opentelemetry", "opentelemetry.newest.version"),
            new Run("../kafka/pom.xml", "maven-surefire-plugin", "oldest-kafka", "kafka.oldest.version"),
            new Run("../kafka/pom.xml", "maven-surefire-plugin", "middle-kafka", "kafka.middle.version"),
            new Run("../nats/pom.xml", "maven-surefire-plugin", "oldest-nats", "nats.oldest.version"),
            new Run("../rabbitmq/pom.xml", "maven-surefire-plugin", "oldest-rabbitmq", "rabbitmq.oldest.version"),
            new Run("../sqs/pom.xml", "maven-surefire-plugin", "oldest-awssdk", "awssdk.oldest.version"),
            new Run("pom.xml", "maven-failsafe-plugin", "oldest-clients", "awssdk.oldest.version"),
            new Run("pom.xml", "maven-failsafe-plugin", "oldest-clients", "nats.oldest.version"),
            new Run("pom.xml", "maven-failsafe-plugin", "oldest-clients", "rabbitmq.oldest.version"),
            new Run("pom.xml", "maven-failsafe-plugin", "oldest-kafka", "kafka.oldest.version"),
            new Run("pom.xml", "maven-failsafe-plugin", "middle-kafka", "kafka.middle.version"));

    @Test
    void f32_suites_run_on_the_oldest_and_the_newest_versions() throws Exception {
        List<String> missing = new ArrayList<>();
        List<String> unseen = new ArrayList<>();
        for (Run run : MATRIX) {
            Document pom = read(run.pom());
            if (!isThere(run, pom)) {
                missing.add(run.toString());
            }
            remove(run, pom);
            if (isThere(run, pom)) {
                unseen.add(run.toString());
            }
        }
        for (String pom : List.of(
                "../propagation-core/pom.xml",
                "../batch-consumer/pom.xml",
                "../kafka/pom.xml",
                "../nats/pom.xml",
                "../rabbitmq/pom.xml",
                "../sqs/pom.xml",
                "pom.xml")) {
            if (switchesOff(read(pom))) {
                missing.add(pom + " switches a run off");
            }
        }

        FaultReport.of("F32", "versions", "build", 0, 0, 0, 0, 0)
                .figure(String.format(
                        Locale.ROOT,
                        "%d runs on other versions beside the default ones",
                        MATRIX.size() - missing.size()))
                .control("a build without any one of them is found")
                .write();
        assertThat(missing).isEmpty();
        assertThat(unseen).as("runs whose absence would not be seen").isEmpty();
    }

    private static boolean isThere(Run run, Document pom) {
        return executions(run, pom).stream()
                .anyMatch(execution -> execution.getTextContent().contains("${" + run.version() + "}")
                        && execution.getElementsByTagName("goal").getLength() > 0);
    }

    private static void remove(Run run, Document pom) {
        executions(run, pom).forEach(execution -> execution.getParentNode().removeChild(execution));
    }

    private static List<Element> executions(Run run, Document pom) {
        return elements(pom.getElementsByTagName("execution")).stream()
                .filter(execution -> run.execution().equals(child(execution, "id"))
                        && run.plugin()
                                .equals(child(
                                        (Element) execution.getParentNode().getParentNode(), "artifactId")))
                .toList();
    }

    private static boolean switchesOff(Document pom) {
        return elements(pom.getElementsByTagName("phase")).stream()
                .anyMatch(phase -> phase.getTextContent().trim().equals("none"));
    }

    private static String child(Element parent, String name) {
        return elements(parent.getChildNodes()).stream()
                .filter(element -> element.getTagName().equals(name))
                .map(element -> element.getTextContent().trim())
                .findFirst()
                .orElse("");
    }

    private static List<Element> elements(NodeList nodes) {
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            if (node instanceof Element element) {
                elements.add(element);
            }
        }
        return elements;
    }

    private static Document read(String pom) throws Exception {
        Path path = Path.of(pom);
        assertThat(Files.exists(path))
                .as("%s from %s", pom, Path.of("").toAbsolutePath())
                .isTrue();
        return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(path.toFile());
    }
}
