package dev.linkspan.toy;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs a contract to see which of its tests fail. */
final class ContractRun {

    private ContractRun() {}

    /** Runs each test of a contract as JUnit would. */
    static Set<String> failedTests(Supplier<?> contract) {
        Set<String> failed = new TreeSet<>();
        int run = 0;
        for (Class<?> type = contract.get().getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Method test : type.getDeclaredMethods()) {
                if (test.isAnnotationPresent(Test.class)) {
                    run++;
                    if (!passes(contract.get(), test)) {
                        failed.add(test.getName());
                    }
                }
            }
        }
        assertThat(run).isGreaterThan(10);
        return failed;
    }

    private static boolean passes(Object instance, Method test) {
        boolean passed = true;
        for (Method method : withCleanUp(instance, test)) {
            try {
                method.setAccessible(true);
                method.invoke(instance);
            } catch (InvocationTargetException failure) {
                passed = false;
            } catch (IllegalAccessException impossible) {
                throw new AssertionError(impossible);
            }
        }
        forgetContext();
        return passed;
    }

    private static List<Method> withCleanUp(Object instance, Method test) {
        for (Class<?> type = instance.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(AfterEach.class)) {
                    return List.of(test, method);
                }
            }
        }
        return List.of(test);
    }

    @SuppressWarnings("MustBeClosedChecker") // what a mistake left current has no scope any more
    private static void forgetContext() {
        Context.root().makeCurrent();
    }
}
