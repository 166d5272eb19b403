package dev.linkspan.it;

/** One running broker, however it was started. */
public interface Broker extends AutoCloseable {

    String version();

    /** Host and port, as clients reach it; stays the same over a restart. */
    String address();

    /** Where it runs, for the summary of a test run: "in a child process", say. */
    String where();

    /** What an emulator does not do as the product does, and what holds that instead; empty for the product itself. */
    default String emulated() {
        return "";
    }

    /** Ends it as a crash would; what it has acknowledged stays. Only for a broker of the test's own. */
    void kill();

    /** Starts it again at the same address with the same data. */
    void restart();

    @Override
    void close();
}
