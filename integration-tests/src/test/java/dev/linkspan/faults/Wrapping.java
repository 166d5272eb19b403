package dev.linkspan.faults;

/** Who traces the application. */
public enum Wrapping {
    /** Nobody: what the others are compared with. */
    NONE,
    LINKSPAN,
    /** What one writes by hand in ten minutes ({@link NaiveTracing}): the control. */
    NAIVE
}
