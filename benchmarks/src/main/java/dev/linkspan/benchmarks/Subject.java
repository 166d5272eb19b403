package dev.linkspan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One benchmark with its parameters.
 *
 * @param messages that one operation is of; figures are given for one message
 */
record Subject(Class<?> benchmark, Library library, Map<String, String> parameters, int messages) {

    static Subject send(Broker broker, Library library, Tracing tracing) {
        return new Subject(SendBenchmark.class, library, parameters(broker, library, tracing), 1);
    }

    static Subject receive(Broker broker, Library library, Tracing tracing) {
        return new Subject(ReceiveBenchmark.class, library, parameters(broker, library, tracing), 1);
    }

    static Subject process(Broker broker, Library library, Tracing tracing, Content content) {
        Map<String, String> parameters = parameters(broker, library, tracing);
        parameters.put("content", content.name());
        return new Subject(ProcessBenchmark.class, library, parameters, 1);
    }

    static Subject batch(Broker broker, Library library, Tracing tracing, int size) {
        Map<String, String> parameters = parameters(broker, library, tracing);
        parameters.put("size", Integer.toString(size));
        return new Subject(BatchBenchmark.class, library, parameters, size);
    }

    private static Map<String, String> parameters(Broker broker, Library library, Tracing tracing) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("broker", broker.name());
        parameters.put("library", library.name());
        parameters.put("tracing", tracing.name());
        return parameters;
    }
}
