package dev.linkspan.it;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How long a test waits for a broker, unless it says otherwise. A machine that builds two things on two cores stands still for
 * longer than Awaitility's ten seconds; only a test that fails takes as long as that.
 */
public final class Patience implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(TestClients.AWAIT_SECONDS));
        // it may be there already
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }
}
