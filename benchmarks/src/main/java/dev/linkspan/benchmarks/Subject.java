package dev.linkspan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One benchmark with its parameters.
 *
 * @param messages that one operation is of; figures are given for one message
 * @param warmUp how many times as long as usual it takes until what it runs is compiled
 */
record Subject(Class<?> benchmark, Library library, Map<String, String> parameters, int messages, int warmUp) {

    /** AWS's client is many times the code of a stub. */
    private static final int WARM_UP_OF_A_CLIENT = 6;

    static Subject send(Broker broker, Library library, Tracing tracing) {
        return of(SendBenchmark.class, broker, library, parameters(broker, library, tracing), 1);
    }

    static Subject receive(Broker broker, Library library, Tracing tracing) {
        return of(ReceiveBenchmark.class, broker, library, parameters(broker, library, tracing), 1);
    }

    static Subject process(Broker broker, Library library, Tracing tracing, Content content) {
        Map<String, String> parameters = parameters(broker, library, tracing);
        parameters.put("content", content.name());
        return of(ProcessBenchmark.class, broker, library, parameters, 1);
    }

    static Subject batch(Broker broker, Library library, Tracing tracing, int size) {
        Map<String, String> parameters = parameters(broker, library, tracing);
        parameters.put("size", Integer.toString(size));
        return of(BatchBenchmark.class, broker, library, parameters, size);
    }

    private static Subject of(
            Class<?> benchmark, Broker broker, Library library, Map<String, String> parameters, int messages) {
        int warmUp = broker == Broker.SQS_CLIENT ? WARM_UP_OF_A_CLIENT : 1;
        return new Subject(benchmark, library, parameters, messages, warmUp);
    }

    private static Map<String, String> parameters(Broker broker, Library library, Tracing tracing) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("broker", broker.name());
        parameters.put("library", library.name());
        parameters.put("tracing", tracing.name());
        return parameters;
    }
}
