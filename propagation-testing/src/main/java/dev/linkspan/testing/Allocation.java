package dev.linkspan.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much memory a piece of work takes. */
final class Allocation {

    private Allocation() {}

    /** In bytes; 0 where the virtual machine does not say. */
    static long of(Runnable work) {
        work.run();
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                && threads.isThreadAllocatedMemorySupported()) {
            long thread = Thread.currentThread().getId();
            long before = threads.getThreadAllocatedBytes(thread);
            work.run();
            return threads.getThreadAllocatedBytes(thread) - before;
        }
        return 0;
    }
}
