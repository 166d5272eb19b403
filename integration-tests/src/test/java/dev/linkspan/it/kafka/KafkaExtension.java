package dev.linkspan.it.kafka;

import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands a test, and its set-up methods, one {@link KafkaClients} on the shared broker, and closes it after the test.
 */
final class KafkaExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(KafkaExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == KafkaClients.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        test.getUniqueId(), id -> new KafkaClients(KafkaServer.BROKERS.shared(), nameOf(test)));
    }

    private static String nameOf(ExtensionContext test) {
        return test.getRequiredTestClass().getSimpleName() + "-"
                + test.getTestMethod().map(Method::getName).orElse("all");
    }
}
