package dev.linkspan.it.rabbitmq;

import com.rabbitmq.client.Delivery;
import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;

/** What every broker's wrapped clients must do, on a real RabbitMQ broker. */
class RabbitMqContractIT extends PropagationContract<RabbitMqHarness.Outgoing, Delivery> {

    @Override
    protected PropagationHarness<RabbitMqHarness.Outgoing, Delivery> harness() {
        return new RabbitMqHarness();
    }
}
