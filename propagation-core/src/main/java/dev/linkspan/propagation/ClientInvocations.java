package dev.linkspan.propagation;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Where the calls on one wrapped client go. */
final class ClientInvocations implements InvocationHandler {

    final Object client;
    final Object overrides;
    private final Map<Signature, MethodHandle> overriding;
    private final ConcurrentHashMap<Method, Target> targets = new ConcurrentHashMap<>();

    ClientInvocations(Object client, Object overrides, MethodHandles.Lookup lookup) {
        this.client = client;
        this.overrides = overrides;
        this.overriding = overriding(overrides, lookup);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        Target target = targets.get(method);
        if (target == null) {
            target = resolve(proxy, method);
            targets.put(method, target);
        }
        Object result = target.invoke(proxy, args);
        return result == client ? proxy : result;
    }

    private Target resolve(Object self, Method method) {
        if (method.getDeclaringClass() == Object.class) {
            return (proxy, args) -> ofObject(proxy, method, args);
        }
        MethodHandle override = overriding.get(Signature.of(method));
        if (override != null) {
            return (proxy, args) -> (Object) override.invokeExact(args);
        }
        Method inherited = inheritedDefault(self, method);
        if (inherited != null) {
            return (proxy, args) -> InvocationHandler.invokeDefault(proxy, inherited, args);
        }
        if (!isPublic(method)) {
            method.trySetAccessible();
        }
        return (proxy, args) -> {
            try {
                return method.invoke(client, args);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        };
    }

    private @Nullable Object ofObject(Object proxy, Method method, @Nullable Object @Nullable [] args) {
        return switch (method.getName()) {
            case "equals" -> args != null && proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "Linkspan(" + client + ")";
        };
    }

    /** The default method that the client has from an interface of the proxy, perhaps one that refines the method's own. */
    private @Nullable Method inheritedDefault(Object proxy, Method method) {
        try {
            Method clients = client.getClass().getMethod(method.getName(), method.getParameterTypes());
            return clients.isDefault()
                            && isPublic(clients)
                            && clients.getDeclaringClass().isInstance(proxy)
                    ? clients
                    : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** A public interface can inherit methods from a hidden one. */
    private static boolean isPublic(Method method) {
        return Modifier.isPublic(method.getDeclaringClass().getModifiers());
    }

    private static Map<Signature, MethodHandle> overriding(Object overrides, MethodHandles.Lookup lookup) {
        Map<Signature, MethodHandle> handles = new HashMap<>();
        for (Class<?> type = overrides.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (overrides(method) && !handles.containsKey(Signature.of(method))) {
                    handles.put(Signature.of(method), handle(method, overrides, lookup));
                }
            }
        }
        return handles;
    }

    /** Bridges repeat a method under other types; private and static ones are the class's own business. */
    private static boolean overrides(Method method) {
        int modifiers = method.getModifiers();
        return !method.isBridge()
                && !method.isSynthetic()
                && !Modifier.isPrivate(modifiers)
                && !Modifier.isStatic(modifiers);
    }

    private static MethodHandle handle(Method method, Object overrides, MethodHandles.Lookup lookup) {
        try {
            return lookup.unreflect(method)
                    .bindTo(overrides)
                    .asSpreader(Object[].class, method.getParameterCount())
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(
                    "lookup cannot reach " + method + "; pass MethodHandles.lookup() of a class in its package", e);
        }
    }

    private record Signature(String name, List<Class<?>> parameterTypes) {
        static Signature of(Method method) {
            return new Signature(method.getName(), Arrays.asList(method.getParameterTypes()));
        }
    }

    @FunctionalInterface
    private interface Target {
        @Nullable
        Object invoke(Object proxy, @Nullable Object @Nullable [] args) throws Throwable;
    }
}
