package dev.linkspan.toy;

import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Headers in order, duplicates allowed, values of bytes or none. */
final class ToyHeaders {

    final List<Map.Entry<String, byte[]>> all = new ArrayList<>();

    ToyHeaders add(String name, byte[] value) {
        all.add(new SimpleImmutableEntry<>(name, value));
        return this;
    }

    ToyHeaders copy() {
        ToyHeaders copy = new ToyHeaders();
        copy.all.addAll(all);
        return copy;
    }
}
