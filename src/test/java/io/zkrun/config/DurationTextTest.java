package io.zkrun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "0s, PT0S",
    "250ms, PT0.25S",
    "90s, PT1M30S",
    "1h30m, PT1H30M",
    "1h 30m, PT1H30M",
    "10 s, PT10S",
    "' 7d ', PT168H",
    "1d2h3m4s5ms, PT26H3M4.005S",
    "36500d, PT876000H",
  })
  void wholeNumbersWithUnitsAreRead(String text, Duration expected) {
    assertThat(DurationText.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "13        | the unit is missing; write ms, s, m, h or d after the number, such as 13s",
        "1h30      | the unit is missing; write ms, s, m, h or d after the number, such as 30s",
        "5min      | unknown unit 'min'; durations are written with ms, s, m, h or d, such as 90s",
        "5M        | unknown unit 'M'; durations are written with ms, s, m, h or d, such as 90s",
        "36500d1ms | too long; no duration exceeds 36500d",
        "999999999999999999d | too long; no duration exceeds 36500d",
      })
  void theMessageSaysWhatWouldBeRight(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DurationText.parse(text))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"''", "s", "-5s", "1.5h", "'1h,30m'", "PT5S", "1h+", "99999999999999999999s", "٣s"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DurationText.parse(text))
        .withMessage(
            "not a duration; write a whole number with its unit (ms, s, m, h, d), such as 90s or"
                + " 1h30m");
  }
}
