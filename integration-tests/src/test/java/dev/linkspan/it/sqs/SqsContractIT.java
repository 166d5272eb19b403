package dev.linkspan.it.sqs;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** What every broker's wrapped clients must do, on a server that speaks SQS's protocol. */
class SqsContractIT extends PropagationContract<SendMessageRequest, Message> {

    @Override
    protected PropagationHarness<SendMessageRequest, Message> harness() {
        return new SqsHarness();
    }
}
