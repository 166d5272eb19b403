package dev.linkspan.it;

import java.lang.reflect.Method;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands a test, and its set-up methods, one {@link TestClients}, and closes it after the test. */
public abstract class ClientsExtension<C extends TestClients> implements ParameterResolver {

    private final Class<C> type;
    private final Function<String, C> clients;

    /** The function gets the test's name. */
    protected ClientsExtension(Class<C> type, Function<String, C> clients) {
        this.type = type;
        this.clients = clients;
    }

    @Override
    public final boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == type;
    }

    @Override
    public final Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getStore(Namespace.create(type))
                .getOrComputeIfAbsent(test.getUniqueId(), id -> clients.apply(nameOf(test)));
    }

    private static String nameOf(ExtensionContext test) {
        return test.getRequiredTestClass().getSimpleName() + "-"
                + test.getTestMethod().map(Method::getName).orElse("all");
    }
}
