package dev.linkspan.propagation;

/** Throws anything from code that may declare nothing. */
final class Raise {

    private Raise() {}

    /** Never returns; to be written as {@code throw Raise.it(failure)}. */
    static RuntimeException it(Throwable failure) {
        Raise.<RuntimeException>undeclared(failure);
        throw new AssertionError("unreachable");
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void undeclared(Throwable failure) throws X {
        throw (X) failure;
    }
}
