package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeBucketTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static String name(Duration length, ZoneId zone, String now) {
    return new TimeBucket(length, zone).name("n", Instant.parse(now));
  }

  @ParameterizedTest
  @CsvSource({
    "PT1M, 2026-11-30T03:07:12Z, n.2026-11-30T0307",
    "PT15M, 2026-11-30T03:07:12Z, n.2026-11-30T0300",
    "PT1H, 2026-11-30T03:07:12Z, n.2026-11-30T03",
    "PT90M, 2026-11-30T03:07:12Z, n.2026-11-30T0300",
    "PT6H, 2026-11-30T23:07:12Z, n.2026-11-30T18",
    "PT24H, 2026-11-30T23:07:12Z, n.2026-11-30",
    "P7D, 2026-11-29T12:00:00Z, n.2026-11-23",
    "P7D, 2026-11-30T12:00:00Z, n.2026-11-30",
  })
  void aStretchIsNamedByItsBegin(Duration length, String now, String name) {
    assertThat(name(length, ZoneOffset.UTC, now)).isEqualTo(name);
    assertThat(TaskId.isName(name)).isTrue();
  }

  /** A clock that is set back a little between cron's look and ours. */
  @Test
  void aLittleTooEarlyIsTheStretchThatFollows() {
    assertThat(name(Duration.ofDays(1), ZoneOffset.UTC, "2026-11-29T23:59:59.999Z"))
        .isEqualTo(name(Duration.ofDays(1), ZoneOffset.UTC, "2026-11-30T00:00:05Z"))
        .isEqualTo("n.2026-11-30");
    assertThat(name(Duration.ofDays(1), ZoneOffset.UTC, "2026-11-29T23:59:29Z"))
        .isEqualTo("n.2026-11-29");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT30S", "PT90S", "PT7M", "PT5H", "PT25H", "PT36H"})
  void whatDoesNotBeginWithTheDayIsRefused(Duration length) {
    assertThatThrownBy(() -> new TimeBucket(length, ZoneOffset.UTC))
        .hasMessageContaining("such as 5m, 1h or 6h");
  }

  /** Each run of a crontab that goes by local time has a name of its own, all year. */
  @Test
  void daysBeginInTheirZoneAlsoWhenClocksAreSet() {
    assertThat(name(Duration.ofDays(1), BERLIN, "2026-03-28T23:10:00Z")).isEqualTo("n.2026-03-29");
    for (int hour = 0; hour < 24; hour++) {
      Set<String> names = new LinkedHashSet<>();
      for (int day = 0; day < 365; day++) {
        Instant fires =
            java.time.LocalDate.of(2026, 1, 1)
                .plusDays(day)
                .atTime(hour, 30)
                .atZone(BERLIN)
                .toInstant();
        names.add(new TimeBucket(Duration.ofDays(1), BERLIN).name("n", fires));
      }
      assertThat(names).hasSize(365);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 60})
  void theHourThatComesTwiceIsTwoHours(int minutes) {
    Set<String> names = new LinkedHashSet<>();
    Instant begin = Instant.parse("2026-10-24T22:00:00Z");
    int runs = 25 * 60 / minutes; // that day has 25 hours in Berlin
    for (int i = 0; i < runs; i++) {
      names.add(
          new TimeBucket(Duration.ofMinutes(minutes), BERLIN)
              .name("n", begin.plus(Duration.ofMinutes((long) i * minutes))));
    }
    assertThat(names).hasSize(runs).allMatch(TaskId::isName);
  }
}
