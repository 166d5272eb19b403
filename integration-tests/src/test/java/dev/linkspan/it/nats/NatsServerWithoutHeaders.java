package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * As much of a NATS server as a client needs to publish, from the time before there were headers: versions that old are no
 * longer to be had. Keeps the lines by which messages were published, and hands each back to whoever subscribed.
 */
final class NatsServerWithoutHeaders implements AutoCloseable {

    private static final String INFO = "INFO {\"server_id\":\"old\",\"version\":\"2.1.9\",\"proto\":1,\"client_id\":5,"
            + "\"host\":\"127.0.0.1\",\"port\":%d,\"max_payload\":1048576}\r\n";

    private final ServerSocket socket;
    private final BlockingQueue<String> published = new LinkedBlockingQueue<>();

    NatsServerWithoutHeaders() throws IOException {
        socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread server = new Thread(this::serve, "old-nats");
        server.setDaemon(true);
        server.start();
    }

    String url() {
        return "nats://127.0.0.1:" + socket.getLocalPort();
    }

    /** {@code PUB} and its arguments, in the order in which they came; {@code HPUB} would be one with headers. */
    BlockingQueue<String> published() {
        return published;
    }

    private void serve() {
        try (Socket client = socket.accept();
                BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
                OutputStream out = client.getOutputStream()) {
            send(out, INFO.formatted(socket.getLocalPort()));
            String subscription = "";
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("PING")) {
                    send(out, "PONG\r\n");
                } else if (line.startsWith("SUB")) {
                    subscription = line.substring(line.lastIndexOf(' ') + 1);
                } else if (line.contains("PUB")) {
                    String body = in.readLine();
                    published.add(line);
                    String subject = line.split(" ")[1];
                    if (!subscription.isEmpty()) {
                        send(out, "MSG " + subject + " " + subscription + " " + body.length() + "\r\n" + body + "\r\n");
                    }
                }
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(US_ASCII));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
