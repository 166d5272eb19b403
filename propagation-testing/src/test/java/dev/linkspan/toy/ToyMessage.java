package dev.linkspan.toy;

import java.util.UUID;

/**
 * A message; immutable but for its headers, which belong to whoever made it.
 *
 * @param deliveries how many times it was delivered; 0 until it is
 */
record ToyMessage(String queue, String id, ToyHeaders headers, String body, int deliveries) {

    static ToyMessage of(String queue, ToyHeaders headers, String body) {
        return new ToyMessage(queue, UUID.randomUUID().toString(), headers, body, 0);
    }

    ToyMessage with(ToyHeaders otherHeaders) {
        return new ToyMessage(queue, id, otherHeaders, body, deliveries);
    }

    ToyMessage delivered() {
        return new ToyMessage(queue, id, headers.copy(), body, deliveries + 1);
    }
}
