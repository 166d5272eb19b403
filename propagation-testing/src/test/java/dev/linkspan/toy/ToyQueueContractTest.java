package dev.linkspan.toy;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;

class ToyQueueContractTest extends PropagationContract<ToyMessage, ToyMessage> {

    @Override
    protected PropagationHarness<ToyMessage, ToyMessage> harness() {
        return new ToyHarness();
    }
}
