package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * As much of a broker as the client's own code needs to run for real: queues, the default exchange and fan-outs, deliveries,
 * gets, confirms and returns, over a socket. RabbitMQ itself is asked elsewhere.
 */
final class FakeBroker implements AutoCloseable {

    private final ServerSocket server;
    private final List<FakeSession> sessions = new CopyOnWriteArrayList<>();
    private final Map<String, Deque<Message>> queues = new HashMap<>();
    private final Map<String, List<String>> fanOuts = new HashMap<>();
    private final Map<String, List<FakeChannel.Subscription>> consumers = new HashMap<>();
    /** Each settlement as it came, such as {@code ack 3}. */
    final List<String> settlements = new CopyOnWriteArrayList<>();
    /** What it offers to clients. */
    volatile int frameMax = 131_072;

    private int names;

    /** A message in a queue. */
    record Message(String exchange, String routingKey, BasicProperties properties, byte[] body, boolean redelivered) {
        Message again() {
            return new Message(exchange, routingKey, properties, body, true);
        }
    }

    FakeBroker() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept, "fake broker");
    }

    static void daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A new factory of connections to here. */
    ConnectionFactory factory() {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(server.getInetAddress().getHostAddress());
        factory.setPort(server.getLocalPort());
        factory.setAutomaticRecoveryEnabled(false);
        factory.setRequestedHeartbeat(0);
        return factory;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                FakeSession session = new FakeSession(this, socket);
                sessions.add(session);
                daemon(session, "fake broker's session");
            } catch (IOException e) {
                return;
            }
        }
    }

    synchronized String declare(String asked) {
        String name = asked.isEmpty() ? "amq.gen-JzTY20BRgKO-HjmUJj0wL" + names++ : asked;
        queues.putIfAbsent(name, new ArrayDeque<>());
        return name;
    }

    synchronized void bind(String queue, String exchange) {
        fanOuts.computeIfAbsent(exchange, name -> new ArrayList<>()).add(queue);
    }

    /** Returns whether any queue took it. */
    synchronized boolean route(Message message) {
        List<String> targets = message.exchange().isEmpty()
                ? (queues.containsKey(message.routingKey()) ? List.of(message.routingKey()) : List.of())
                : fanOuts.getOrDefault(message.exchange(), List.of());
        for (String queue : targets) {
            queues.get(queue).add(message);
            deliver(queue);
        }
        return !targets.isEmpty();
    }

    synchronized boolean exists(String queue) {
        return queues.containsKey(queue);
    }

    synchronized Message poll(String queue) {
        return queues.get(queue).poll();
    }

    synchronized int size(String queue) {
        return queues.get(queue).size();
    }

    /** The oldest message of a queue, which stays there. */
    synchronized Message peek(String queue) {
        return queues.get(queue).peek();
    }

    synchronized void requeue(String queue, Message message) {
        queues.get(queue).addFirst(message.again());
        deliver(queue);
    }

    synchronized void subscribe(String queue, FakeChannel.Subscription consumer) {
        consumers.computeIfAbsent(queue, name -> new ArrayList<>()).add(consumer);
        notifyAll();
        deliver(queue);
    }

    synchronized void unsubscribe(Predicate<FakeChannel> closed) {
        consumers.values().forEach(all -> all.removeIf(consumer -> closed.test(consumer.channel())));
    }

    private void deliver(String queue) {
        List<FakeChannel.Subscription> all = consumers.getOrDefault(queue, List.of());
        Deque<Message> messages = queues.get(queue);
        while (!all.isEmpty() && !messages.isEmpty()) {
            all.get(0).deliver(queue, messages.poll());
        }
    }

    /** Tells a queue's consumer that the queue is gone. */
    synchronized void cancel(String queue) throws InterruptedException {
        while (consumers.getOrDefault(queue, List.of()).isEmpty()) {
            wait(10_000);
        }
        consumers.get(queue).remove(0).cancel();
    }

    /** Text headers of the message that a queue holds, by name. */
    Map<String, String> headers(String queue) {
        Map<String, String> headers = new LinkedHashMap<>();
        Map<String, Object> held = peek(queue).properties().getHeaders();
        if (held != null) {
            held.forEach((name, value) -> headers.put(name, String.valueOf(value)));
        }
        return headers;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sessions.forEach(FakeSession::close);
    }
}
