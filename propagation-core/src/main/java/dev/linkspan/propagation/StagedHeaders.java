package dev.linkspan.propagation;

import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a propagator wrote, before any of it touches a message: a propagator that throws half-way, or writes more than
 * fits, must not leave half a context behind.
 */
final class StagedHeaders {

    static final TextMapSetter<StagedHeaders> SETTER = new Setter();

    /** Never written to. */
    static final StagedHeaders NONE = new StagedHeaders();

    private final List<String> names = new ArrayList<>(4);
    private final List<String> values = new ArrayList<>(4);

    List<String> names() {
        return names;
    }

    String name(int i) {
        return names.get(i);
    }

    String value(int i) {
        return values.get(i);
    }

    int count() {
        return names.size();
    }

    void replace(int i, String value) {
        values.set(i, value);
    }

    void remove(int i) {
        names.remove(i);
        values.remove(i);
    }

    private void set(String name, String value) {
        int i = names.indexOf(name);
        if (i >= 0) {
            values.set(i, value);
        } else {
            names.add(name);
            values.add(value);
        }
    }

    private static final class Setter implements TextMapSetter<StagedHeaders> {
        @Override
        public void set(@Nullable StagedHeaders staged, @Nullable String name, @Nullable String value) {
            if (staged != null && name != null && value != null) {
                staged.set(name, value);
            }
        }
    }
}
