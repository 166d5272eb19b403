package dev.linkspan.examples;

import java.util.function.Consumer;

/** One leg of a parcel's way: whatever the broker is, a message is sent and handled. */
interface Hop extends AutoCloseable {

    /** Sends a parcel on this leg. */
    void send(String parcel);

    /** Handles each parcel that arrives, from now on, on a thread of the client or of this hop. */
    void onArrival(Consumer<String> handler);

    @Override
    void close();
}
