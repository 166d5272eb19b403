package dev.linkspan.faults;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Watches contexts from the start of the JVM: once one was used, it would be too late. */
public final class ContextWatch implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Scopes.watch();
    }
}
