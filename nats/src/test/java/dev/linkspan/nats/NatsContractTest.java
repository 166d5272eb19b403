package dev.linkspan.nats;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import io.nats.client.Message;

/** What every wrapped client must do, on each version of NATS's; the same runs on a real server elsewhere. */
class NatsContractTest extends PropagationContract<Message, Message> {

    @Override
    protected PropagationHarness<Message, Message> harness() {
        return new FakeNats();
    }
}
