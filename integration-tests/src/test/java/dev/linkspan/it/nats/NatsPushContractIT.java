package dev.linkspan.it.nats;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import io.nats.client.Message;

/** What every broker's wrapped clients must do, on a real NATS server: messages that are pushed and handed on. */
class NatsPushContractIT extends PropagationContract<Message, Message> {

    @Override
    protected PropagationHarness<Message, Message> harness() {
        return new NatsHarness("NatsPushContractIT", false);
    }
}
