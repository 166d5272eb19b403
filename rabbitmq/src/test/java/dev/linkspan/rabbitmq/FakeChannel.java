package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Method;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** A channel as a {@link FakeBroker} sees it: what the client is just sending, and what it has not settled. */
final class FakeChannel {

    /** A message that was delivered, and the queue it came from. */
    private record Unsettled(String queue, FakeBroker.Message message) {}

    /** A consumer. */
    record Subscription(FakeChannel channel, String tag, boolean noAck) {

        void deliver(String queue, FakeBroker.Message message) {
            AMQP.Basic.Deliver deliver = new AMQP.Basic.Deliver.Builder()
                    .consumerTag(tag)
                    .deliveryTag(channel.hand(queue, message, noAck))
                    .redelivered(message.redelivered())
                    .exchange(message.exchange())
                    .routingKey(message.routingKey())
                    .build();
            channel.session.send(channel.number, deliver, message);
        }

        void cancel() {
            channel.send(
                    new AMQP.Basic.Cancel.Builder().consumerTag(tag).nowait().build());
        }
    }

    private final FakeBroker broker;
    private final FakeSession session;
    private final int number;
    private final TreeMap<Long, Unsettled> unsettled = new TreeMap<>();
    private long delivered;
    private long confirmed = -1;
    private AMQP.Basic.Publish publish;
    private BasicProperties properties;
    private long missing;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    FakeChannel(FakeBroker broker, FakeSession session, int number) {
        this.broker = broker;
        this.session = session;
        this.number = number;
    }

    private void send(Method method) {
        session.send(number, method);
    }

    void handle(Method method) {
        if (method instanceof AMQP.Channel.Open) {
            send(new AMQP.Channel.OpenOk.Builder().build());
        } else if (method instanceof AMQP.Channel.Close) {
            broker.unsubscribe(channel -> channel == this);
            session.forget(number);
            send(new AMQP.Channel.CloseOk.Builder().build());
        } else if (method instanceof AMQP.Queue.Declare declare) {
            String name = broker.declare(declare.getQueue());
            send(new AMQP.Queue.DeclareOk.Builder()
                    .queue(name)
                    .messageCount(0)
                    .consumerCount(0)
                    .build());
        } else if (method instanceof AMQP.Queue.Bind bind) {
            broker.bind(bind.getQueue(), bind.getExchange());
            send(new AMQP.Queue.BindOk.Builder().build());
        } else if (method instanceof AMQP.Confirm.Select) {
            confirmed = 0;
            send(new AMQP.Confirm.SelectOk.Builder().build());
        } else if (method instanceof AMQP.Basic.Publish next) {
            publish = next;
        } else if (method instanceof AMQP.Basic.Consume consume) {
            consume(consume);
        } else if (method instanceof AMQP.Basic.Cancel cancel) {
            broker.unsubscribe(channel -> channel == this);
            send(new AMQP.Basic.CancelOk.Builder()
                    .consumerTag(cancel.getConsumerTag())
                    .build());
        } else if (method instanceof AMQP.Basic.Get get) {
            get(get);
        } else {
            settle(method);
        }
    }

    void header(BasicProperties received) {
        properties = received;
        missing = received.getBodySize();
        body.reset();
        publishIfComplete();
    }

    void body(byte[] fragment) {
        body.writeBytes(fragment);
        missing -= fragment.length;
        publishIfComplete();
    }

    private void publishIfComplete() {
        if (missing > 0) {
            return;
        }
        FakeBroker.Message message = new FakeBroker.Message(
                publish.getExchange(), publish.getRoutingKey(), properties, body.toByteArray(), false);
        if (!broker.route(message) && publish.getMandatory()) {
            AMQP.Basic.Return back = new AMQP.Basic.Return.Builder()
                    .replyCode(312)
                    .replyText("NO_ROUTE")
                    .exchange(message.exchange())
                    .routingKey(message.routingKey())
                    .build();
            session.send(number, back, message);
        }
        if (confirmed >= 0) {
            send(new AMQP.Basic.Ack.Builder().deliveryTag(++confirmed).build());
        }
    }

    private void consume(AMQP.Basic.Consume consume) {
        String tag = consume.getConsumerTag().isEmpty() ? "ctag-" + consume.getQueue() : consume.getConsumerTag();
        send(new AMQP.Basic.ConsumeOk.Builder().consumerTag(tag).build());
        broker.subscribe(consume.getQueue(), new Subscription(this, tag, consume.getNoAck()));
    }

    private void get(AMQP.Basic.Get get) {
        if (!broker.exists(get.getQueue())) {
            send(new AMQP.Channel.Close.Builder()
                    .replyCode(404)
                    .replyText("NOT_FOUND")
                    .classId(60)
                    .methodId(70)
                    .build());
            return;
        }
        FakeBroker.Message message = broker.poll(get.getQueue());
        if (message == null) {
            send(new AMQP.Basic.GetEmpty.Builder().build());
            return;
        }
        AMQP.Basic.GetOk got = new AMQP.Basic.GetOk.Builder()
                .deliveryTag(hand(get.getQueue(), message, get.getNoAck()))
                .redelivered(message.redelivered())
                .exchange(message.exchange())
                .routingKey(message.routingKey())
                .messageCount(broker.size(get.getQueue()))
                .build();
        session.send(number, got, message);
    }

    private synchronized long hand(String queue, FakeBroker.Message message, boolean noAck) {
        delivered++;
        if (!noAck) {
            unsettled.put(delivered, new Unsettled(queue, message));
        }
        return delivered;
    }

    private void settle(Method method) {
        if (method instanceof AMQP.Basic.Ack ack) {
            broker.settlements.add("ack " + ack.getDeliveryTag() + (ack.getMultiple() ? " multiple" : ""));
            taken(ack.getDeliveryTag(), ack.getMultiple());
        } else if (method instanceof AMQP.Basic.Nack nack) {
            broker.settlements.add("nack " + nack.getDeliveryTag() + (nack.getRequeue() ? " requeue" : ""));
            giveBack(nack.getDeliveryTag(), nack.getMultiple(), nack.getRequeue());
        } else if (method instanceof AMQP.Basic.Reject reject) {
            broker.settlements.add("reject " + reject.getDeliveryTag());
            giveBack(reject.getDeliveryTag(), false, reject.getRequeue());
        }
    }

    private synchronized Map<Long, Unsettled> taken(long tag, boolean multiple) {
        Map<Long, Unsettled> settled =
                new HashMap<>(multiple ? unsettled.headMap(tag, true) : unsettled.subMap(tag, true, tag, true));
        unsettled.keySet().removeAll(settled.keySet());
        return settled;
    }

    private void giveBack(long tag, boolean multiple, boolean requeue) {
        taken(tag, multiple).values().forEach(each -> {
            if (requeue) {
                broker.requeue(each.queue(), each.message());
            }
        });
    }
}
