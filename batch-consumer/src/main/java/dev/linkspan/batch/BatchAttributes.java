package dev.linkspan.batch;

import io.opentelemetry.api.common.AttributeKey;

/** Names of our own; those of the conventions are core's to write. */
final class BatchAttributes {

    static final AttributeKey<Long> FAILED_COUNT = AttributeKey.longKey("linkspan.batch.failed_count");

    private BatchAttributes() {}
}
