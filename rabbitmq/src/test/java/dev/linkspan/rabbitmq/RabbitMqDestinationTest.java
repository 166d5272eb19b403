package dev.linkspan.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RabbitMqDestinationTest {

    @ParameterizedTest
    @CsvSource({
        "events, order.paid, events:order.paid",
        "'', orders, orders",
        "events, '', events",
        "'', '', amq.default",
    })
    void producer_sends_to_exchange_and_key(String exchange, String key, String destination) {
        assertThat(RabbitMqDestination.of(exchange, key)).isEqualTo(destination);
    }

    @ParameterizedTest
    @CsvSource({
        "events, order.paid, billing, events:order.paid:billing",
        "'', orders, orders, orders",
        "events, orders, orders, events:orders",
        "events, '', billing, events:billing",
        "'', orders, billing, orders:billing",
        "'', '', billing, billing",
        "events, order.paid, , events:order.paid",
        "events, order.paid, '', events:order.paid",
    })
    void consumer_receives_from_exchange_key_and_queue(String exchange, String key, String queue, String destination) {
        assertThat(RabbitMqDestination.of(exchange, key, queue)).isEqualTo(destination);
    }

    @ParameterizedTest
    @CsvSource({
        "amq.gen-JzTY20BRgKO-HjmUJj0wLg, amq.gen-*",
        "events:order.paid:amq.gen-JzTY20BRgKO-HjmUJj0wLg, events:order.paid:amq.gen-*",
        "spring.gen-zuJsl0aLRYOYhrqpJmxf0g, spring.gen-*",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301, *",
        "replies-3F2504E0-4F89-11D3-9A0C-0305E82C3301, replies-*",
        "events:amq.gen-abc:spring.gen-def, events:amq.gen-*:spring.gen-*",
    })
    void generated_parts_of_a_name_stay_out_of_its_template(String destination, String template) {
        assertThat(RabbitMqDestination.isGenerated(destination)).isTrue();
        assertThat(RabbitMqDestination.template(destination)).isEqualTo(template);
    }

    @ParameterizedTest
    @CsvSource({
        "amq.rabbitmq.reply-to",
        "amq.rabbitmq.reply-to.g1h2AA5yZXBseUAxMjM0NTY3OA.Pk3RnLhVTtG0Fw==",
        "amq.rabbitmq.reply-to.g1h2AA5yZXBseUAxMjM0NTY3OA.Pk3RnLhVTtG0Fw==:amq.rabbitmq.reply-to",
    })
    void direct_reply_to_is_one_destination_whatever_its_address(String destination) {
        assertThat(RabbitMqDestination.isReplyTo(destination)).isTrue();
        assertThat(RabbitMqDestination.template(destination)).isEqualTo("amq.rabbitmq.reply-to");
    }

    @ParameterizedTest
    @CsvSource({
        "orders",
        "events:order.paid:billing",
        "amq.topic:order.paid",
        "amq.default",
        "gen-orders",
        "a3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "orders-2026-11-21",
    })
    void other_names_have_no_template(String destination) {
        assertThat(RabbitMqDestination.isGenerated(destination)).isFalse();
        assertThat(RabbitMqDestination.isReplyTo(destination)).isFalse();
        assertThat(RabbitMqDestination.template(destination)).isNull();
    }
}
