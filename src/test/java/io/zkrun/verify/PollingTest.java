package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PollingTest {
  private final FakeTime time = new FakeTime();
  private final Polling polling = new Polling(50, time);
  private int looks;

  @Test
  void whatHoldsAtOnceTakesNoTime() throws Exception {
    assertThat(polling.until(0, () -> true)).isTrue();
    assertThat(polling.<String, RuntimeException>first(0, () -> "there")).isEqualTo("there");
    assertThat(time.millis()).isZero();
  }

  @Test
  void looksAtItsPaceUntilItHolds() throws Exception {
    assertThat(polling.until(1_000, () -> ++looks == 4)).isTrue();
    assertThat(time.millis()).isEqualTo(150);
  }

  @Test
  void findsAtItsPace() throws Exception {
    String found = polling.first(1_000, () -> ++looks == 4 ? "there" : null);
    assertThat(found).isEqualTo("there");
    assertThat(time.millis()).isEqualTo(150);
  }

  /** What holds only when the time is over still holds. */
  @Test
  void givesUpAfterALastLookAtTheEnd() throws Exception {
    assertThat(polling.until(100, () -> time.millis() >= 100)).isTrue();
    assertThat(polling.until(100, () -> false)).isFalse();
    assertThat(time.millis()).isEqualTo(200);
    String found = polling.first(100, () -> null);
    assertThat(found).isNull();
    assertThat(time.millis()).isEqualTo(300);
  }

  @Test
  void aLookThatFailsEndsIt() {
    Polling.Look<IOException> failing =
        () -> {
          throw new IOException("gone");
        };
    assertThatThrownBy(() -> polling.until(100, failing)).hasMessage("gone");
  }
}
