package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/** A header on the wire. */
public record Header(String name, byte @Nullable [] value) {

    public static Header of(String name, String value) {
        return new Header(name, value.getBytes(UTF_8));
    }

    @Override
    public String toString() {
        return name + "=" + (value == null ? null : new String(value, UTF_8));
    }
}
