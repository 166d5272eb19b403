package dev.linkspan.toy;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import java.nio.charset.StandardCharsets;

final class ToyAdapter implements MessageAdapter<ToyMessage, ToyHeaders> {

    @Override
    public String instrumentationName() {
        return "dev.linkspan.toy";
    }

    @Override
    public String system() {
        return "toy";
    }

    @Override
    public HeaderCarrier<ToyHeaders> carrier() {
        return ToyCarrier.INSTANCE;
    }

    @Override
    public ToyHeaders headers(ToyMessage message) {
        return message.headers();
    }

    @Override
    public String destination(ToyMessage message) {
        return message.queue();
    }

    @Override
    public String messageId(ToyMessage message) {
        return message.id();
    }

    @Override
    public int deliveryCount(ToyMessage message) {
        return message.deliveries();
    }

    @Override
    public long bodySize(ToyMessage message) {
        return message.body().getBytes(StandardCharsets.UTF_8).length;
    }
}
