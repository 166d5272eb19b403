package dev.linkspan.propagation.toy;

import java.io.IOException;
import java.util.List;

/** A client with a wide interface, a newer and wider one, and overrides for a few of the methods. */
final class WideClients {

    private WideClients() {}

    /** Where a library keeps what several of its interfaces share. */
    interface Shared {
        String shared();

        default String sharedDefault() {
            return "shared default";
        }
    }

    /** A client's interface. */
    public interface Wide extends Shared, AutoCloseable {
        String send(String message);

        String send(String message, int priority);

        /** Runs on whatever it is called on. */
        default String sendAll(String... messages) {
            return send(String.join("+", messages));
        }

        default String refined() {
            return "wide " + send("refined");
        }

        default String own() {
            return "default";
        }

        String implementedBelow();

        Wide self();

        int count(int from, long to);

        void fail(Throwable failure) throws IOException;

        @Override
        void close();
    }

    /** What a newer client adds. */
    public interface Wider extends Wide {
        @Override
        default String refined() {
            return "wider " + send("refined");
        }

        @Override
        default String implementedBelow() {
            return send("below");
        }
    }

    /** An interface that applications cast to. */
    public interface Recoverable {
        String recover();
    }

    interface Hidden {
        String hidden();
    }

    static class Client implements Wider, Recoverable, Hidden {
        private final List<String> calls;

        Client(List<String> calls) {
            this.calls = calls;
        }

        private String called(String what) {
            calls.add("client " + what);
            return what;
        }

        @Override
        public String send(String message) {
            return called("send " + message);
        }

        @Override
        public String send(String message, int priority) {
            return called("send " + message + " at " + priority);
        }

        @Override
        public String own() {
            return called("own") + send("from own");
        }

        @Override
        public Client self() {
            return this;
        }

        @Override
        public String shared() {
            return called("shared");
        }

        @Override
        public int count(int from, long to) {
            return (int) (to - from);
        }

        @Override
        public void fail(Throwable failure) {
            WideClients.<RuntimeException>raise(failure);
        }

        @Override
        public String recover() {
            return called("recover");
        }

        @Override
        public String hidden() {
            return called("hidden");
        }

        @Override
        public void close() {
            called("close");
        }

        @Override
        public boolean equals(Object other) {
            return true;
        }

        @Override
        public int hashCode() {
            return 42;
        }

        @Override
        public String toString() {
            return "Client#1";
        }
    }

    static class BaseOverrides {
        final List<String> calls;

        BaseOverrides(List<String> calls) {
            this.calls = calls;
        }

        public void close() {
            calls.add("traced close");
        }
    }

    static final class Overrides extends BaseOverrides {

        Overrides(List<String> calls) {
            super(calls);
        }

        String send(String message) {
            calls.add("traced send " + message);
            return "traced " + message;
        }

        @SuppressWarnings("unused")
        private int count(int from, long to) {
            return -1;
        }

        @SuppressWarnings("unused")
        static String recover() {
            return "static";
        }
    }

    static class Narrow {
        CharSequence send(String message) {
            return "base of " + message;
        }
    }

    static final class Narrower extends Narrow {
        /** The compiler adds one that returns a CharSequence. */
        @Override
        String send(String message) {
            return "narrower " + message;
        }
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void raise(Throwable failure) throws X {
        throw (X) failure;
    }
}
