package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The links in their arrays are those that plain lists of objects give by the same rules. */
class BoundedLinksOracleTest {

    private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("number");
    private static final AttributeKey<String> HALF = AttributeKey.stringKey("half");

    @Test
    void links_of_batches_at_random_are_those_of_plain_lists() {
        Random random = new Random(20261121);
        for (int batch = 0; batch < 20_000; batch++) {
            int maxLinks = 1 + random.nextInt(batch % 10 == 0 ? 40 : 6);
            int messages = random.nextInt(batch % 10 == 0 ? 400 : 60);
            int producers = 1 + random.nextInt(Math.max(1, 2 * messages));
            int expected = random.nextInt(3) == 0 ? 0 : random.nextInt(2 * messages + 1);
            int atMost = 1 + random.nextInt(maxLinks + 1);
            double sampled = random.nextDouble();
            double trusted = random.nextDouble();
            BoundedLinks<Integer> links = new BoundedLinks<>(
                    maxLinks, expected, BoundedLinksOracleTest::attributes, BoundedLinksOracleTest::stripped);
            PlainLinks plain = new PlainLinks(maxLinks);
            int producer = 0;
            for (int message = 0; message < messages; message++) {
                // neighbours often are of one producer
                producer = random.nextInt(4) == 0 ? producer : random.nextInt(producers);
                SpanContext context = context(producer, new Random(producer).nextDouble() < sampled);
                boolean mayBeFirst = random.nextDouble() < trusted;
                links.add(context, message, mayBeFirst);
                plain.add(context, message, mayBeFirst);
            }

            assertThat(links.result(atMost))
                    .as("batch %d of %d, %d links", batch, messages, maxLinks)
                    .isEqualTo(plain.result(atMost));
        }
    }

    private static SpanContext context(int producer, boolean sampled) {
        return SpanContext.createFromRemoteParent(
                String.format("%032x", producer / 3 + 1),
                String.format("%016x", producer + 1),
                sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    private static Attributes attributes(int message) {
        return Attributes.of(NUMBER, (long) message, HALF, "half " + message % 2, AttributeKey.stringKey("all"), "a");
    }

    private static Attributes stripped(Attributes attributes) {
        return attributes.toBuilder()
                .removeIf(key -> key.getKey().equals("all"))
                .build();
    }

    private static final class PlainLink {
        final SpanContext context;
        final int order;
        final List<Integer> messages = new ArrayList<>();

        PlainLink(SpanContext context, int order, int message) {
            this.context = context;
            this.order = order;
            this.messages.add(message);
        }

        DestinationOperation.Link made() {
            Attributes common = attributes(messages.get(0));
            if (messages.size() == 1) {
                return new DestinationOperation.Link(context, stripped(common));
            }
            for (int message : messages) {
                Attributes other = attributes(message);
                common = common.toBuilder()
                        .removeIf(key -> !other.asMap().containsKey(key)
                                || !other.asMap()
                                        .get(key)
                                        .equals(attributes(messages.get(0)).get(key)))
                        .build();
            }
            return new DestinationOperation.Link(
                    context,
                    stripped(common).toBuilder()
                            .put(Semconv.LINK_MESSAGE_COUNT, (long) messages.size())
                            .build());
        }
    }

    /** One class of links, of which every stride-th is taken. */
    private static final class PlainClass {
        List<PlainLink> links = new ArrayList<>();
        int stride = 1;
        int offered;
    }

    private static final class PlainLinks {
        private final int maxLinks;
        private final PlainClass sampled = new PlainClass();
        private final PlainClass unsampled = new PlainClass();
        private @Nullable PlainLink first;
        private @Nullable SpanContext before;
        private int order;
        private int messages;

        PlainLinks(int maxLinks) {
            this.maxLinks = maxLinks;
        }

        void add(SpanContext context, int message, boolean mayBeFirst) {
            messages++;
            boolean repeated = context.equals(before);
            before = context;
            PlainLink known = find(context);
            if (known != null) {
                known.messages.add(message);
            } else if (!repeated) {
                offer(context, message, mayBeFirst);
            }
        }

        private @Nullable PlainLink find(SpanContext context) {
            List<PlainLink> all = new ArrayList<>(sampled.links);
            all.addAll(unsampled.links);
            if (first != null) {
                all.add(first);
            }
            return all.stream()
                    .filter(link -> link.context.equals(context))
                    .findAny()
                    .orElse(null);
        }

        private void offer(SpanContext context, int message, boolean mayBeFirst) {
            PlainLink link = new PlainLink(context, order++, message);
            if (first == null && mayBeFirst) {
                first = link;
                return;
            }
            PlainClass own = context.isSampled() ? sampled : unsampled;
            if (own.offered++ % own.stride != 0) {
                return;
            }
            own.links.add(link);
            if (own.links.size() > 2 * maxLinks) {
                List<PlainLink> half = new ArrayList<>();
                for (int i = 0; i < own.links.size(); i += 2) {
                    half.add(own.links.get(i));
                }
                own.links = half;
                own.stride *= 2;
            }
        }

        BoundedLinks.Result result(int atMost) {
            int wanted = Math.min(atMost, maxLinks);
            List<PlainLink> chosen = new ArrayList<>();
            if (first != null) {
                chosen.add(first);
            }
            spread(sampled.links, wanted - chosen.size(), chosen);
            spread(unsampled.links, wanted - chosen.size(), chosen);
            chosen.sort(Comparator.comparingInt(link -> link.order));
            int standFor =
                    chosen.stream().mapToInt(link -> link.messages.size()).sum();
            return new BoundedLinks.Result(chosen.stream().map(PlainLink::made).toList(), messages - standFor);
        }

        private static void spread(List<PlainLink> all, int wanted, List<PlainLink> chosen) {
            for (int i = 0; i < Math.min(wanted, all.size()); i++) {
                int most = Math.min(wanted, all.size());
                chosen.add(all.get(most == 1 ? 0 : (int) ((long) i * (all.size() - 1) / (most - 1))));
            }
        }
    }
}
