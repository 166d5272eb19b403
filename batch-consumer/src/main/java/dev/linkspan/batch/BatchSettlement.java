package dev.linkspan.batch;

import java.util.List;
import java.util.function.Predicate;

/**
 * How a broker is told what became of a batch's messages. Each broker module has one, such as {@code KafkaSettlement}: use
 * its {@code settle} by method reference.
 *
 * @param <M> the message type
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface BatchSettlement<M, X extends Throwable> {

    /**
     * Acknowledges, commits or deletes what succeeded, and gives back the rest.
     *
     * @param messages all of the batch, in their order
     * @param succeeded whether one of them did
     */
    void settle(List<M> messages, Predicate<M> succeeded) throws X;
}
