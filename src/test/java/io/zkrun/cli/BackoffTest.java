package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.TaskId;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often one who waits looks for what is in the way. */
class BackoffTest {
  private long now = Long.MAX_VALUE - 5; // A clock may begin anywhere, and wrap.
  private final Backoff backoff = new Backoff(() -> now);

  private long leftSeconds() {
    return TimeUnit.NANOSECONDS.toSeconds(backoff.leftNanos());
  }

  private void passSeconds(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  /** It is asked once it is time, and this is the answer. */
  private void answered(String obstacle) {
    passSeconds(leftSeconds());
    assertThat(backoff.leftNanos()).isZero();
    backoff.answered(obstacle);
  }

  @Test
  void timePasses() {
    assertThat(leftSeconds()).isEqualTo(10);
    passSeconds(4);
    assertThat(leftSeconds()).isEqualTo(6);
    passSeconds(60);
    assertThat(backoff.leftNanos()).isZero();
  }

  @Test
  void whatStaysIsLookedForEverLessOften() {
    for (long seconds : new long[] {10, 20, 40, 80, 160, 320, 600, 600, 600}) {
      answered("no master leads");
      assertThat(leftSeconds()).isEqualTo(seconds);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"no worker", "nothing"})
  void itBeginsAnewWhenItChanges(String other) {
    answered("no master leads");
    answered("no master leads");
    assertThat(leftSeconds()).isEqualTo(20);
    answered(other.equals("nothing") ? null : other);
    assertThat(leftSeconds()).isEqualTo(10);
    answered("no master leads");
    assertThat(leftSeconds()).isEqualTo(10);
  }

  @Test
  void whileNothingIsInTheWayNewsComeSoon() {
    for (int i = 0; i < 5; i++) {
      answered(null);
      assertThat(leftSeconds()).isEqualTo(10);
    }
  }

  @Test
  void itBeginsAnewForAnotherTaskOnly() {
    backoff.about(new TaskId("a"));
    answered("no master leads");
    answered("no master leads");
    answered("no master leads");
    passSeconds(10);
    backoff.about(new TaskId("a"));
    assertThat(leftSeconds()).isEqualTo(30);
    backoff.about(new TaskId("b"));
    assertThat(leftSeconds()).isEqualTo(10);
    answered("no master leads");
    assertThat(leftSeconds()).isEqualTo(10);
    passSeconds(4);
    backoff.about(new TaskId("b"));
    assertThat(leftSeconds()).isEqualTo(6);
  }
}
