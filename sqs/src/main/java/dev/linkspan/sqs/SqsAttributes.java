package dev.linkspan.sqs;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/** SQS's names in the messaging conventions, v1.44.0, and one of our own. */
final class SqsAttributes {

    static final AttributeKey<String> QUEUE_URL = stringKey("aws.sqs.queue.url");
    static final AttributeKey<String> REQUEST_ID = stringKey("aws.request_id");

    /** Of a batch that SQS took in part. */
    static final AttributeKey<Long> FAILED_COUNT = longKey("linkspan.batch.failed_count");

    private SqsAttributes() {}
}
