package dev.linkspan.it;

/** As {@link VersionsIT}, in the run beside tracing code of others. */
class VersionsInteropIT extends VersionsIT {}
