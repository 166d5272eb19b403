package dev.linkspan.it;

import org.testcontainers.images.ImagePullPolicy;
import org.testcontainers.utility.DockerImageName;

/**
 * For machines that reach no image registry: a missing image fails at once instead of after minutes. Chosen by
 * {@code TESTCONTAINERS_PULL_POLICY}, which takes a class name.
 */
public final class NoImagePull implements ImagePullPolicy {

    @Override
    public boolean shouldPull(DockerImageName image) {
        return false;
    }
}
