package dev.linkspan.toy;

import java.util.List;

/** A broker's client, as an application knows it. */
interface ToyClient {

    void send(ToyMessage message);

    /** Returns what there is, at most so many; they stay with the broker until they are acknowledged. */
    List<ToyMessage> receive(String queue, int max);

    void ack(ToyMessage message);

    void giveBack(ToyMessage message);
}
