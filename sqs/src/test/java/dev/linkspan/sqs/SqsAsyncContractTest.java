package dev.linkspan.sqs;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** As {@link SqsContractTest}, of the asynchronous client. */
class SqsAsyncContractTest extends PropagationContract<SendMessageRequest, Message> {

    @Override
    protected PropagationHarness<SendMessageRequest, Message> harness() {
        return new SqsHarness(true);
    }
}
