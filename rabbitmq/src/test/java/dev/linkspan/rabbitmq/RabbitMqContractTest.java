package dev.linkspan.rabbitmq;

import com.rabbitmq.client.Delivery;
import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;

/** What every wrapped client must do, on each version of RabbitMQ's; the same runs on a real broker elsewhere. */
class RabbitMqContractTest extends PropagationContract<FakeRabbitMq.Outgoing, Delivery> {

    @Override
    protected PropagationHarness<FakeRabbitMq.Outgoing, Delivery> harness() {
        return new FakeRabbitMq();
    }
}
