package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.common.Attributes;
import java.util.Collection;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How Linkspan treats messages of a destination. Immutable; each method returns a changed copy and rejects a wrong value
 * at once. Set through {@link PolicyBuilder#policy(UnaryOperator)} for all destinations and
 * {@link PolicyBuilder#policy(String, UnaryOperator)} for one.
 */
public final class MessagingPolicy {

    static final MessagingPolicy DEFAULT = new MessagingPolicy();

    Relation relation = Relation.LINK;
    ExistingContext existingContext = ExistingContext.REPLACE_STALE;
    int maxLinks = 128;
    boolean createSpans = true;
    boolean receiveSpans = true;
    boolean processSpans = true;
    boolean settleSpans = true;
    boolean rootSettleSpans = false;
    boolean propagation = true;
    boolean tracing = true;
    boolean trusted = true;

    @Nullable
    Set<String> incomingBaggage = null;

    @Nullable
    Set<String> outgoingBaggage = null;

    int attributeLength = 256;
    UnaryOperator<@Nullable String> messageKeys = UnaryOperator.identity();
    boolean bodySizes = false;
    Set<String> capturedHeaders = Set.of();
    Function<String, @Nullable String> destinationTemplate = destination -> null;

    @Nullable
    BiFunction<String, Object, Attributes> extraAttributes = null;

    private MessagingPolicy() {}

    private MessagingPolicy(MessagingPolicy other) {
        relation = other.relation;
        existingContext = other.existingContext;
        maxLinks = other.maxLinks;
        createSpans = other.createSpans;
        receiveSpans = other.receiveSpans;
        processSpans = other.processSpans;
        settleSpans = other.settleSpans;
        rootSettleSpans = other.rootSettleSpans;
        propagation = other.propagation;
        tracing = other.tracing;
        trusted = other.trusted;
        incomingBaggage = other.incomingBaggage;
        outgoingBaggage = other.outgoingBaggage;
        attributeLength = other.attributeLength;
        messageKeys = other.messageKeys;
        bodySizes = other.bodySizes;
        capturedHeaders = other.capturedHeaders;
        destinationTemplate = other.destinationTemplate;
        extraAttributes = other.extraAttributes;
    }

    /** How a process span relates to the producer; {@link Relation#LINK} by default. */
    public MessagingPolicy relation(Relation relation) {
        return with(
                copy -> copy.relation = requireNonNull(relation, "relation must be a Relation, such as Relation.LINK"));
    }

    /**
     * What happens to a context that a message already carries when it is sent;
     * {@link ExistingContext#REPLACE_STALE} by default.
     */
    public MessagingPolicy existingContext(ExistingContext existingContext) {
        return with(copy -> copy.existingContext =
                requireNonNull(existingContext, "existingContext must be an ExistingContext, such as REPLACE_STALE"));
    }

    /**
     * How many links one span carries at most; 128 by default, which is what OpenTelemetry's SDK keeps. The SDK cuts at
     * its own limit ({@code OTEL_SPAN_LINK_COUNT_LIMIT}) whatever is set here.
     *
     * @param maxLinks 1 to 10,000
     * @throws IllegalArgumentException if it is outside that range
     */
    public MessagingPolicy maxLinks(int maxLinks) {
        if (maxLinks < 1 || maxLinks > 10_000) {
            throw new IllegalArgumentException("maxLinks is " + maxLinks
                    + " but must be 1 to 10,000: each consumer span keeps at least the link to its first message");
        }
        return with(copy -> copy.maxLinks = maxLinks);
    }

    /**
     * Whether a send of many messages makes a Create span for each, so that each message has a context of its own; on by
     * default. Off: all messages of one send carry the context of the send span.
     */
    public MessagingPolicy createSpans(boolean on) {
        return with(copy -> copy.createSpans = on);
    }

    /** Whether a receive that brought messages makes a span; on by default. Off: metrics only. */
    public MessagingPolicy receiveSpans(boolean on) {
        return with(copy -> copy.receiveSpans = on);
    }

    /** Whether processing a message makes a span; on by default. Off: the handler runs in the ambient span. */
    public MessagingPolicy processSpans(boolean on) {
        return with(copy -> copy.processSpans = on);
    }

    /**
     * Whether settling (ack, commit, delete, ...) makes a span; on by default, and only where a span is current, because
     * a framework's background commits would each become a trace of their own. Metrics are recorded either way.
     */
    public MessagingPolicy settleSpans(boolean on) {
        return with(copy -> copy.settleSpans = on);
    }

    /** Whether settling makes a span also where no span is current; off by default. */
    public MessagingPolicy rootSettleSpans(boolean on) {
        return with(copy -> copy.rootSettleSpans = on);
    }

    /** Whether headers are written and read at all; on by default. An operator's kill switch. */
    public MessagingPolicy propagation(boolean on) {
        return with(copy -> copy.propagation = on);
    }

    /**
     * Whether spans are made at all; on by default. An operator's kill switch. Off: messages carry the context of the
     * span that is current, if any; metrics are still recorded.
     */
    public MessagingPolicy tracing(boolean on) {
        return with(copy -> copy.tracing = on);
    }

    /**
     * Whether context that arrives with messages is trusted; true by default. If not, it is only linked: flags recorded
     * as 00, no tracestate, no baggage, never the parent, and not the link that a full batch always keeps.
     */
    public MessagingPolicy trusted(boolean trusted) {
        return with(copy -> copy.trusted = trusted);
    }

    /**
     * Which baggage of a message reaches its handler; all by default, at most 8,192 bytes and 64 entries.
     *
     * @param keys the entries that do; empty for none
     */
    public MessagingPolicy incomingBaggage(Collection<String> keys) {
        return with(copy ->
                copy.incomingBaggage = setOf(keys, "keys must name the baggage entries to take; empty for none"));
    }

    /**
     * Which baggage leaves with a message; all by default, at most 8,192 bytes and 64 entries.
     *
     * @param keys the entries that do; empty for none
     */
    public MessagingPolicy outgoingBaggage(Collection<String> keys) {
        return with(copy ->
                copy.outgoingBaggage = setOf(keys, "keys must name the baggage entries to send; empty for none"));
    }

    /**
     * How many characters of an attribute's text are kept; 256 by default.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public MessagingPolicy attributeLength(int characters) {
        if (characters < 1) {
            throw new IllegalArgumentException(
                    "attributeLength is " + characters + " but must be at least 1 character");
        }
        return with(copy -> copy.attributeLength = characters);
    }

    /** Whether message keys become attributes; true by default. Keys often name a person. */
    public MessagingPolicy messageKeys(boolean captured) {
        return with(copy -> copy.messageKeys = captured ? UnaryOperator.identity() : key -> null);
    }

    /**
     * Rewrites message keys before they become attributes, to hash or shorten them.
     *
     * @param rewrite returns null to leave the key out; if it throws, the key is left out and that is counted
     */
    public MessagingPolicy messageKeys(UnaryOperator<@Nullable String> rewrite) {
        return with(copy -> copy.messageKeys =
                requireNonNull(rewrite, "rewrite must be a function; use messageKeys(false) for no keys"));
    }

    /** Whether {@code messaging.message.body.size} is recorded; false by default, as the conventions have it. */
    public MessagingPolicy bodySizes(boolean on) {
        return with(copy -> copy.bodySizes = on);
    }

    /**
     * Which message headers become attributes {@code messaging.header.<name>}; none by default.
     *
     * @param names header names, compared exactly
     */
    public MessagingPolicy capturedHeaders(Collection<String> names) {
        return with(
                copy -> copy.capturedHeaders = setOf(names, "names must name the headers to capture; empty for none"));
    }

    /**
     * Gives a low-cardinality template for a destination name; it replaces the name in span names and metrics. For
     * routing keys and subjects that carry ids.
     *
     * @param template returns null where the name itself is of low cardinality; asked about once per
     *     destination name, and must follow from that name alone
     */
    public MessagingPolicy destinationTemplate(Function<String, @Nullable String> template) {
        return with(copy -> copy.destinationTemplate =
                requireNonNull(template, "template must be a function from destination to template"));
    }

    /**
     * Adds attributes of the application's own to spans of single messages.
     *
     * @param attributes gets the operation type ({@code create}, {@code send}, {@code process}) and the message; called
     *     only for spans that record; if it throws, its attributes are left out and that is counted
     */
    public MessagingPolicy extraAttributes(BiFunction<String, Object, Attributes> attributes) {
        return with(copy -> copy.extraAttributes =
                requireNonNull(attributes, "attributes must be a function of operation type and message"));
    }

    private MessagingPolicy with(Consumer<MessagingPolicy> change) {
        MessagingPolicy copy = new MessagingPolicy(this);
        change.accept(copy);
        return copy;
    }

    private static Set<String> setOf(Collection<String> names, String told) {
        for (String name : requireNonNull(names, told)) {
            requireNonNull(name, () -> told + "; one of them is null");
        }
        return Set.copyOf(names);
    }
}
