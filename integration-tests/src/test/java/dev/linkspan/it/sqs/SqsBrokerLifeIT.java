package dev.linkspan.it.sqs;

import dev.linkspan.brokers.ElasticMqBroker;
import dev.linkspan.it.BrokerLifeContract;
import dev.linkspan.it.Brokers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

class SqsBrokerLifeIT extends BrokerLifeContract<SqsServer> {

    public static void main(String[] args) throws InterruptedException {
        hold(SqsServer.BROKERS);
    }

    @Override
    protected Brokers<SqsServer> brokers() {
        return SqsServer.BROKERS;
    }

    @Override
    protected SqsServer start() {
        return brokers().start(ElasticMqBroker.DURABLE);
    }

    @Override
    protected Queue queue(SqsServer server) {
        return new FifoQueue(new SqsClients(server, "SqsBrokerLifeIT"));
    }

    private static final class FifoQueue implements Queue {

        private final SqsClients sqs;
        private final String url;
        private final SqsClient sending;

        FifoQueue(SqsClients sqs) {
            this.sqs = sqs;
            // what is sent while the broker dies is sent again, and so must not arrive twice
            this.url = sqs.fifoQueue(Map.of("ContentBasedDeduplication", "true"));
            this.sending = sqs.client();
        }

        @Override
        public void send(List<String> bodies) {
            for (String body : bodies) {
                Awaitility.await()
                        .atMost(30, TimeUnit.SECONDS)
                        .ignoreExceptions()
                        .until(() -> sending.sendMessage(b -> b.queueUrl(url)
                                                .messageBody(body)
                                                .messageGroupId("g"))
                                        .messageId()
                                != null);
            }
        }

        @Override
        public List<String> receive(int count) {
            SqsClient client = sqs.client();
            List<String> bodies = new ArrayList<>();
            while (bodies.size() < count) {
                for (Message message : SqsClients.receive(client, url, 1)) {
                    bodies.add(message.body());
                    client.deleteMessage(b -> b.queueUrl(url).receiptHandle(message.receiptHandle()));
                }
            }
            return bodies;
        }

        @Override
        public void close() {
            sqs.close();
        }
    }
}
