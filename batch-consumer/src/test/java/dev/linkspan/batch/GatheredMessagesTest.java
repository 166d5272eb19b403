package dev.linkspan.batch;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** When the alarm is set, and what is there when it rings. */
class GatheredMessagesTest {

    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final List<Long> alarms = new CopyOnWriteArrayList<>();

    @Test
    void first_message_sets_the_alarm_and_the_next_do_not() {
        GatheredMessages<String> messages = new GatheredMessages<>(3, HOUR, alarms::add);
        messages.add("a");
        messages.add("b");

        assertThat(alarms).containsExactly(HOUR);
        assertThat(messages.takeFull()).isNull();
    }

    @Test
    void alarm_of_a_batch_that_filled_in_time_is_set_again_for_what_the_next_has_left() {
        GatheredMessages<String> messages = new GatheredMessages<>(2, HOUR, alarms::add);
        messages.add("a");
        messages.add("b");
        assertThat(messages.takeFull()).containsExactly("a", "b");
        messages.done();
        messages.add("c");
        assertThat(alarms).as("one alarm at a time").hasSize(1);

        assertThat(messages.takeOld()).isNull();
        assertThat(alarms).hasSize(2);
        assertThat(alarms.get(1)).isPositive().isLessThan(HOUR);
        messages.add("d");
        assertThat(messages.takeFull()).containsExactly("c", "d");
        assertThat(alarms).hasSize(2);
    }

    @Test
    void age_of_a_batch_is_that_of_its_first_message() {
        GatheredMessages<String> messages = new GatheredMessages<>(3, HOUR, alarms::add);
        messages.add("a");
        long firstIsKept = System.nanoTime();
        await().until(() -> System.nanoTime() - firstIsKept > MILLISECONDS.toNanos(20));
        long beforeTheSecond = System.nanoTime();
        messages.add("b");
        messages.takeOld();

        assertThat(alarms).hasSize(2);
        assertThat(alarms.get(1)).isLessThanOrEqualTo(HOUR - (beforeTheSecond - firstIsKept));
    }

    @Test
    void alarm_that_finds_nothing_is_not_set_again_until_there_is_a_message() {
        GatheredMessages<String> messages = new GatheredMessages<>(1, HOUR, alarms::add);
        messages.add("a");
        assertThat(messages.takeFull()).hasSize(1);
        messages.done();
        assertThat(messages.takeOld()).isNull();
        assertThat(alarms).hasSize(1);

        messages.add("b");
        assertThat(alarms).containsExactly(HOUR, HOUR);
    }

    @Test
    void alarm_that_finds_an_old_batch_takes_it_and_the_next_message_sets_another() {
        GatheredMessages<String> messages = new GatheredMessages<>(3, 1, alarms::add);
        messages.add("a");
        messages.add("b");
        assertThat(messages.takeOld()).containsExactly("a", "b");
        messages.done();
        messages.add("c");

        assertThat(alarms).hasSize(2);
    }

    @Test
    void alarm_that_waits_for_its_turn_is_the_only_one() {
        GatheredMessages<String> messages = new GatheredMessages<>(2, 1, alarms::add);
        messages.add("a");
        messages.add("b");
        assertThat(messages.takeFull()).hasSize(2);
        Push.run(() -> messages.add("c")).awaitEnd();
        List<String> old = new ArrayList<>();
        Push alarm = Push.run(() -> old.addAll(messages.takeOld()));
        alarm.awaitBlocked();
        Push.run(() -> messages.add("d")).awaitEnd();
        assertThat(alarms).hasSize(1);
        messages.done();

        alarm.awaitEnd();
        assertThat(old).containsExactly("c", "d");
    }

    @Test
    void message_for_which_no_alarm_can_be_set_is_not_kept_and_the_next_tries_again() {
        OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread");
        GatheredMessages<String> messages = new GatheredMessages<>(2, HOUR, nanos -> {
            alarms.add(nanos);
            if (alarms.size() == 1) {
                throw noThread;
            }
        });
        assertThatThrownBy(() -> messages.add("a")).isSameAs(noThread);
        messages.add("b");
        assertThat(alarms).hasSize(2);
        messages.add("c");

        assertThat(messages.takeFull()).containsExactly("b", "c");
    }

    @Test
    void alarm_that_cannot_be_set_again_is_set_by_the_next_message() {
        GatheredMessages<String> messages = new GatheredMessages<>(3, HOUR, nanos -> {
            alarms.add(nanos);
            if (alarms.size() == 2) {
                throw new OutOfMemoryError();
            }
        });
        messages.add("a");
        assertThatThrownBy(messages::takeOld).isInstanceOf(OutOfMemoryError.class);
        messages.add("b");

        assertThat(alarms).hasSize(3);
    }
}
