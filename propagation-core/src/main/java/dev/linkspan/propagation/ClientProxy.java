package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts a small class with a few traced methods in front of a client with many.
 *
 * <p>Client interfaces are wide and grow with each release; delegation written by hand breaks on methods that a newer
 * client adds. Here every method that the overrides do not have reaches the client, whatever its version:
 *
 * <ul>
 *   <li>an override is a method of the same name and parameter types, of the overrides' class or a superclass; it is found
 *       once, not at each call;
 *   <li>a default method that the client merely inherits runs on the proxy, so that what it calls is traced too;
 *   <li>the proxy implements all public interfaces of the client; where the client returns itself, the proxy does;
 *   <li>exceptions come out as they are, but for a checked one that the method does not declare: Java's proxies put an
 *       {@link java.lang.reflect.UndeclaredThrowableException} around it;
 *   <li>{@code equals} and {@code hashCode} are the proxy's own identity.
 * </ul>
 *
 * <p>All methods are thread-safe.
 */
public final class ClientProxy {

    private ClientProxy() {}

    /**
     * Wraps a client.
     *
     * @param type the client's interface
     * @param client the client
     * @param overrides an object whose methods stand in for the client's; it may be of a package-private class
     * @param lookup of the class that calls this, so that the overrides' methods can be reached
     * @throws IllegalArgumentException if type is not a public interface, or lookup cannot reach the overrides' methods
     */
    public static <T> T wrap(Class<T> type, T client, Object overrides, MethodHandles.Lookup lookup) {
        requireNonNull(client, "client must not be null");
        if (!type.isInterface() || !Modifier.isPublic(type.getModifiers())) {
            throw new IllegalArgumentException(
                    type.getName() + " is not a public interface; only public interfaces can be wrapped by a proxy");
        }
        ClassLoader loader = client.getClass().getClassLoader();
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        interfaces.add(type);
        addPublicInterfaces(client.getClass(), loader, interfaces);
        ClassLoader visible = loader == null ? type.getClassLoader() : loader;
        ClientInvocations invocations = new ClientInvocations(client, overrides, lookup);
        try {
            return type.cast(Proxy.newProxyInstance(visible, interfaces.toArray(new Class<?>[0]), invocations));
        } catch (IllegalArgumentException e) {
            // interfaces that only the client's class can reconcile, by a return type narrower than both of theirs
            return type.cast(Proxy.newProxyInstance(visible, new Class<?>[] {type}, invocations));
        }
    }

    /** Returns the client behind a wrapped one, and any other object as it is. */
    @SuppressWarnings("unchecked") // a proxy of T stands for a client that is a T
    public static <T> T unwrap(T client) {
        ClientInvocations invocations = invocationsOf(client);
        return invocations == null ? client : (T) unwrap(invocations.client);
    }

    /** Returns the overrides in front of a wrapped client if they are of this type, else null. */
    public static <O> @Nullable O overrides(@Nullable Object client, Class<O> type) {
        ClientInvocations invocations = invocationsOf(client);
        if (invocations == null) {
            return null;
        }
        return type.isInstance(invocations.overrides)
                ? type.cast(invocations.overrides)
                : overrides(invocations.client, type);
    }

    private static @Nullable ClientInvocations invocationsOf(@Nullable Object client) {
        return client != null
                        && Proxy.isProxyClass(client.getClass())
                        && Proxy.getInvocationHandler(client) instanceof ClientInvocations invocations
                ? invocations
                : null;
    }

    private static void addPublicInterfaces(
            @Nullable Class<?> type, @Nullable ClassLoader loader, Set<Class<?>> interfaces) {
        if (type == null) {
            return;
        }
        for (Class<?> candidate : type.getInterfaces()) {
            if (isUsable(candidate, loader)) {
                interfaces.add(candidate);
            }
            addPublicInterfaces(candidate, loader, interfaces);
        }
        addPublicInterfaces(type.getSuperclass(), loader, interfaces);
    }

    private static boolean isUsable(Class<?> candidate, @Nullable ClassLoader loader) {
        if (!Modifier.isPublic(candidate.getModifiers())
                || candidate.isSealed()
                || !candidate.getModule().isExported(candidate.getPackageName())) {
            return false;
        }
        try {
            return Class.forName(candidate.getName(), false, loader) == candidate;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
