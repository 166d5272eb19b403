package dev.linkspan.faults;

/** What holds in every fault, against the same application without tracing. */
public enum Invariant {
    I1("the same messages are delivered, and acknowledged to their sender"),
    I2("the same exceptions reach the application, as the same objects"),
    I3("the client sees the same calls in the same order"),
    I4("every span that was started is ended, once"),
    I5("links, headers and log lines have their bounds"),
    I6("each call leaves context, interrupt flag and thread as they were"),
    I7("no call takes noticeably longer, and no lock is held over user code");

    final String meaning;

    Invariant(String meaning) {
        this.meaning = meaning;
    }
}
