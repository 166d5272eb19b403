package dev.linkspan.toy;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.testing.CarrierContract;

class ToyCarrierTest extends CarrierContract<ToyHeaders> {

    @Override
    protected HeaderCarrier<ToyHeaders> carrier() {
        return ToyCarrier.INSTANCE;
    }

    @Override
    protected ToyHeaders headers() {
        return new ToyHeaders();
    }

    @Override
    protected void add(ToyHeaders headers, String name, byte[] value) {
        headers.add(name, value);
    }

    @Override
    protected boolean carries(String name, byte[] value) {
        return true;
    }

    @Override
    protected boolean carriesDuplicates() {
        return true;
    }
}
