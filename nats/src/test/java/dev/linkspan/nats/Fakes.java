package dev.linkspan.nats;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Makes a client interface, in whatever version, of the few methods that a test needs. */
final class Fakes {

    private Fakes() {}

    /** @param behaviour has the methods; all others throw */
    static <T> T of(Class<T> type, Object behaviour) {
        InvocationHandler calls = (proxy, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "Fake(" + behaviour + ")";
                };
            }
            try {
                return find(behaviour.getClass(), method).invoke(behaviour, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
    }

    private static Method find(Class<?> type, Method wanted) {
        try {
            Method found = type.getDeclaredMethod(wanted.getName(), wanted.getParameterTypes());
            found.setAccessible(true);
            return found;
        } catch (NoSuchMethodException e) {
            throw new UnsupportedOperationException(type.getSimpleName() + " fakes no " + wanted, e);
        }
    }
}
