package dev.linkspan.sqs;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** What every wrapped client must do, on each version of the SDK; the same runs on a broker elsewhere. */
class SqsContractTest extends PropagationContract<SendMessageRequest, Message> {

    @Override
    protected PropagationHarness<SendMessageRequest, Message> harness() {
        return new SqsHarness(false);
    }
}
