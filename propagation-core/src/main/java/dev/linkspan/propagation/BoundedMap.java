package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was made for a key and serves the next message with that key, for wrappers of a client: what is known of a
 * destination, a queue, a group. Holds at most 1,000; with one more, all are forgotten and made anew, because names that
 * carry ids come and go, and must not crowd out the others.
 *
 * <pre>{@code
 * Queue known = queues.get(url);
 * return known != null ? known : queues.remember(url, new Queue(url));
 * }</pre>
 *
 * <p>Thread-safe; to find what is known takes no lock and allocates nothing.
 *
 * @param <K> the key, with {@code equals} and {@code hashCode}
 * @param <V> what belongs to it; follows from the key alone, for it may be made more than once
 */
public final class BoundedMap<K, V> {

    private static final int MOST = 1000;

    private final ConcurrentHashMap<K, V> known = new ConcurrentHashMap<>();

    /** An empty one. */
    public BoundedMap() {}

    /**
     * What belongs to the key; null if it was not met, or is forgotten.
     *
     * @throws NullPointerException if the key is null
     */
    public @Nullable V get(K key) {
        return known.get(requireNonNull(key, "key must not be null"));
    }

    /**
     * Remembers what was made for a key that is not known.
     *
     * @return what is remembered: what was made, or what another thread was faster with
     * @throws NullPointerException if an argument is null
     */
    public V remember(K key, V made) {
        requireNonNull(key, "key must not be null");
        requireNonNull(made, "made must not be null");
        if (known.size() >= MOST) {
            known.clear();
        }
        V earlier = known.putIfAbsent(key, made);
        return earlier == null ? made : earlier;
    }
}
