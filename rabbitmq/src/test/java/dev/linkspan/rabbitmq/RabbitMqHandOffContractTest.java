package dev.linkspan.rabbitmq;

import com.rabbitmq.client.Delivery;
import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The same, where a consumer hands deliveries to the thread that handles them. */
class RabbitMqHandOffContractTest extends PropagationContract<FakeRabbitMq.Outgoing, Delivery> {

    @Override
    protected PropagationHarness<FakeRabbitMq.Outgoing, Delivery> harness() {
        return new FakeRabbitMq() {
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
                    Delivery next = handedOff.get(queue).poll(10, TimeUnit.SECONDS);
                    if (next == null) {
                        break;
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
