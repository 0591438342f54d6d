package io.zkrun.core;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/**
 * Stretches of time, one after the other, in each of which something is to run once: minutes, hours
 * or days that begin with the day, whole days, and weeks that begin on Monday.
 *
 * <p>Whoever asks within a stretch gets the same name, so that of all crontabs that ask one makes
 * the task. By the clock of who asks, which is the one that his cron goes by: all crontabs mean the
 * same stretch, however far their clocks are apart. What is up to {@link #EARLY} too early belongs
 * to the stretch that follows, because a clock may be set back between cron's look and ours.
 *
 * @param length that divides a day into whole minutes, or is a whole number of days
 * @param zone in which days begin
 */
public record TimeBucket(Duration length, ZoneId zone) {
  static final Duration EARLY = Duration.ofSeconds(30);

  private static final long MONDAY = LocalDate.of(1970, 1, 5).toEpochDay();
  private static final Duration DAY = Duration.ofDays(1);
  private static final int HOUR_MINUTES = 60;

  /**
   * @throws IllegalArgumentException where the length is none that begins with a day
   */
  public TimeBucket {
    boolean days = length.compareTo(DAY) >= 0 && length.equals(Duration.ofDays(length.toDays()));
    boolean minutes =
        length.toMinutes() > 0
            && length.equals(Duration.ofMinutes(length.toMinutes()))
            && DAY.toMinutes() % length.toMinutes() == 0;
    if (!days && !minutes) {
      throw new IllegalArgumentException(
          "give whole minutes that divide a day, such as 5m, 1h or 6h, or whole days, such as 1d"
              + " or 7d");
    }
  }

  /** The name of the stretch that {@code now} is in: {@code nightly.2026-11-30T03}. */
  public String name(String name, Instant now) {
    return name + "." + text(now.plus(EARLY).atZone(zone));
  }

  private String text(ZonedDateTime time) {
    if (length.compareTo(DAY) >= 0) {
      long day = time.toLocalDate().toEpochDay();
      return LocalDate.ofEpochDay(day - Math.floorMod(day - MONDAY, length.toDays())).toString();
    }
    int minutes = (int) length.toMinutes();
    int minute = time.get(ChronoField.MINUTE_OF_DAY);
    LocalTime begin = LocalTime.ofSecondOfDay((minute - minute % minutes) * 60L);
    String text = String.format(Locale.ROOT, "%sT%02d", time.toLocalDate(), begin.getHour());
    String shown =
        minutes % HOUR_MINUTES == 0
            ? text
            : text + String.format(Locale.ROOT, "%02d", begin.getMinute());
    return minutes <= HOUR_MINUTES && isRepeated(time) ? shown + "-again" : shown;
  }

  /** When summer time ends, an hour comes twice; what runs each hour runs in both. */
  private static boolean isRepeated(ZonedDateTime time) {
    List<ZoneOffset> offsets = time.getZone().getRules().getValidOffsets(time.toLocalDateTime());
    return offsets.size() > 1 && time.getOffset().equals(offsets.get(offsets.size() - 1));
  }
}
