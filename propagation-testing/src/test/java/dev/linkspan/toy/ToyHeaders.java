package dev.linkspan.toy;

import java.util.ArrayList;
import java.util.List;

/** Headers in order, duplicates allowed, values of bytes or none. */
final class ToyHeaders {

    record Header(String name, byte[] value) {}

    final List<Header> all = new ArrayList<>();

    ToyHeaders add(String name, byte[] value) {
        all.add(new Header(name, value));
        return this;
    }

    ToyHeaders copy() {
        ToyHeaders copy = new ToyHeaders();
        copy.all.addAll(all);
        return copy;
    }
}
