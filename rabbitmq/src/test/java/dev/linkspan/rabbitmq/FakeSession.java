package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.impl.AMQImpl;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One client's connection to a {@link FakeBroker}: frames in and out, written with the client's own code. */
final class FakeSession implements Runnable {

    private static final int FRAME_END = 0xce;

    private final FakeBroker broker;
    private final Socket socket;
    private final DataOutputStream out;
    private final Map<Integer, FakeChannel> channels = new ConcurrentHashMap<>();

    FakeSession(FakeBroker broker, Socket socket) throws IOException {
        this.broker = broker;
        this.socket = socket;
        socket.setTcpNoDelay(true);
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    @Override
    public void run() {
        try (DataInputStream in = new DataInputStream(socket.getInputStream())) {
            in.readNBytes(8);
            Map<String, Object> capabilities = Map.of("consumer_cancel_notify", true, "basic.nack", true);
            send(
                    0,
                    new AMQP.Connection.Start.Builder()
                            .mechanisms("PLAIN")
                            .serverProperties(Map.of("capabilities", capabilities))
                            .build());
            while (true) {
                int type = in.readUnsignedByte();
                int channel = in.readUnsignedShort();
                byte[] payload = in.readNBytes(in.readInt());
                in.readUnsignedByte();
                frame(type, channel, payload);
            }
        } catch (IOException | UncheckedIOException e) {
            // the client has gone
        } finally {
            broker.unsubscribe(channels::containsValue);
        }
    }

    private void frame(int type, int number, byte[] payload) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload));
        if (number == 0) {
            if (type == AMQP.FRAME_METHOD) {
                negotiate(AMQImpl.readMethodFrom(in));
            }
            return;
        }
        FakeChannel channel = channels.computeIfAbsent(number, n -> new FakeChannel(broker, this, n));
        switch (type) {
            case AMQP.FRAME_METHOD -> channel.handle(AMQImpl.readMethodFrom(in));
            case AMQP.FRAME_HEADER -> channel.header((BasicProperties) AMQImpl.readContentHeaderFrom(in));
            default -> channel.body(payload);
        }
    }

    private void negotiate(Method method) {
        if (method instanceof AMQP.Connection.StartOk) {
            send(
                    0,
                    new AMQP.Connection.Tune.Builder()
                            .channelMax(100)
                            .frameMax(broker.frameMax)
                            .build());
        } else if (method instanceof AMQP.Connection.Open) {
            send(0, new AMQP.Connection.OpenOk.Builder().build());
        } else if (method instanceof AMQP.Connection.Close) {
            broker.unsubscribe(channels::containsValue);
            send(0, new AMQP.Connection.CloseOk.Builder().build());
            close();
        }
    }

    void forget(int channel) {
        channels.remove(channel);
    }

    void send(int channel, Method method) {
        send(channel, method, null);
    }

    synchronized void send(int channel, Method method, FakeBroker.Message content) {
        try {
            ((com.rabbitmq.client.impl.Method) method).toFrame(channel).writeTo(out);
            if (content != null) {
                content.properties().toFrame(channel, content.body().length).writeTo(out);
                if (content.body().length > 0) {
                    out.writeByte(AMQP.FRAME_BODY);
                    out.writeShort(channel);
                    out.writeInt(content.body().length);
                    out.write(content.body());
                    out.writeByte(FRAME_END);
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
