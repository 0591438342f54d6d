package io.zkrun.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a master makes of the clocks around it: ages are taken by ZooKeeper's; and whatever the
 * clocks say, nothing is purged that may be younger than clients rely on.
 */
final class Clocks {
  /** From where on people are told that this machine's clock and ZooKeeper's differ. */
  static final long FAR_OFF_MILLIS = 60_000;

  /** How long a finished task stands at least, as clients rely on. */
  static final long STANDS_MILLIS = 600_000;

  private static final long NEVER = Long.MIN_VALUE;

  private final ServerClock server = new ServerClock();
  private final long settlingMillis;
  private Now now = new Now(0, Instant.EPOCH);
  private long steadySinceMillis = NEVER;
  private boolean farOff;

  /**
   * @param minAgeMillis under which nothing is purged
   */
  Clocks(long minAgeMillis) {
    settlingMillis = Math.min(minAgeMillis, STANDS_MILLIS);
  }

  void at(Now newNow) {
    now = newNow;
    if (steadySinceMillis == NEVER) {
      steadySinceMillis = now.millis();
    }
  }

  /** ZooKeeper's time. */
  Instant zk() {
    return server.at(now);
  }

  /** Never in the future: what a leader before has stamped later than it is now. */
  Instant clamped(Instant stamp) {
    Instant zk = zk();
    return stamp.isAfter(zk) ? zk : stamp;
  }

  MasterEvent.AttemptRecord clamped(MasterEvent.AttemptRecord attempt) {
    return new MasterEvent.AttemptRecord(
        attempt.outcome(),
        attempt.started(),
        attempt.worker(),
        clamped(attempt.at()),
        attempt.czxid(),
        attempt.bytes());
  }

  /**
   * Whether ages can be relied on: what had ended when this master began, or when the stamps
   * jumped, has stood for long enough since by a clock that never jumps.
   */
  boolean areSettled() {
    return now.millis() - steadySinceMillis >= settlingMillis;
  }

  /** Takes in a stamp of ZooKeeper's; returns what people should know. */
  List<String> observe(long zxid, Instant stamp) {
    return observed(server.observe(zxid, stamp, false, now.millis()));
  }

  /** Likewise where it is known when it was made, however late it is read. */
  List<String> observe(MasterEvent.TimeSeen time) {
    return observed(server.observe(time.zxid(), time.at(), true, time.millis()));
  }

  private List<String> observed(long jump) {
    if (jump != 0) {
      steadySinceMillis = now.millis();
      return List.of(
          "the time that ZooKeeper stamps on what it writes has jumped by "
              + Duration.ofMillis(jump)
              + ": the clocks of its servers differ, or this machine was suspended; nothing is"
              + " purged for "
              + Duration.ofMillis(settlingMillis));
    }
    return server.isExact() ? lookAtOurs() : List.of();
  }

  private List<String> lookAtOurs() {
    long offMillis = Duration.between(zk(), now.wall()).toMillis();
    boolean wasFarOff = farOff;
    farOff = Math.abs(offMillis) > (farOff ? FAR_OFF_MILLIS / 2 : FAR_OFF_MILLIS);
    return farOff && !wasFarOff
        ? List.of(
            "this machine's clock is "
                + Duration.ofMillis(offMillis)
                + " off that of ZooKeeper's leader, by which zkrun takes ages; set both by NTP")
        : List.of();
  }
}
