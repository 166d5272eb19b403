package dev.linkspan.it.rabbitmq;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.rabbitmq.client.Delivery;
import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The same, where the broker pushes to a consumer that hands deliveries to the thread that handles them. */
class RabbitMqHandOffContractIT extends PropagationContract<RabbitMqHarness.Outgoing, Delivery> {

    @Override
    protected PropagationHarness<RabbitMqHarness.Outgoing, Delivery> harness() {
        return new RabbitMqHarness() {
            private final Map<String, BlockingQueue<Delivery>> handedOff = new HashMap<>();

            @Override
            public List<Delivery> receive(String queue, int count) throws Exception {
                if (!handedOff.containsKey(queue)) {
                    BlockingQueue<Delivery> mine = new LinkedBlockingQueue<>();
                    handedOff.put(queue, mine);
                    channel.basicConsume(queue, rabbitMq.handOff((tag, delivery) -> mine.add(delivery), tag -> {}));
                }
                List<Delivery> received = new ArrayList<>();
                while (received.size() < count) {
                    Delivery next = handedOff.get(queue).poll(30, SECONDS);
                    if (next == null) {
                        throw new AssertionError(received.size() + " of " + count + " deliveries came");
                    }
                    received.add(next);
                }
                return received;
            }

            @Override
            public boolean pulls() {
                return false;
            }
        };
    }
}
