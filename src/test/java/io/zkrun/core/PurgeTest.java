package io.zkrun.core;

import static io.zkrun.core.SchedulerFixture.OPTIONS;
import static io.zkrun.core.SchedulerFixture.START;
import static io.zkrun.core.SchedulerFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.MasterEvent.TaskChildren;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How finished tasks go: at any rate, and by ZooKeeper's clock alone. */
class PurgeTest {
  private static final TaskChildren ENDED = new TaskChildren(true, Map.of(), null, Map.of());
  private static final long MIN_AGE = OPTIONS.retention().minAgeMillis();

  private final Scheduler scheduler = new Scheduler(OPTIONS);
  private final List<MasterDecision> decided = new ArrayList<>();
  private long millis;
  private long zxid = 0x1_0000_0000L;

  /** By how much each clock differs from the true one. */
  private Duration zookeeperOff = Duration.ZERO;

  private Duration ourselvesOff = Duration.ZERO;

  private static TaskId id(int number) {
    return new TaskId("t" + number);
  }

  private Instant stamp() {
    return START.plusMillis(millis).plus(zookeeperOff);
  }

  private void see(MasterEvent event) {
    Now now = new Now(5_000_000 + millis, START.plusMillis(millis).plus(ourselvesOff));
    decided.addAll(scheduler.on(event, now));
  }

  /** Another server leads, whose clock is off by so much. */
  private void leaderWith(Duration off) {
    zookeeperOff = off;
    zxid = ((zxid >>> 32) + 1) << 32;
  }

  private void begin() {
    see(new MasterEvent.TimeSeen(++zxid, stamp(), 5_000_000 + millis));
    see(new MasterEvent.Loaded());
  }

  private void finished(int number) {
    see(new MasterEvent.TaskSeen(id(number), ++zxid, stamp(), spec(), null, ENDED, 0));
    see(new MasterEvent.StatusRead(id(number), ++zxid, stamp(), 100));
  }

  private void pass(Duration time) {
    for (long end = millis + time.toMillis(); millis < end; ) {
      millis = Math.min(end, millis + 1_000);
      see(new MasterEvent.Tick());
    }
  }

  private List<TaskId> purges() {
    List<TaskId> purges = new ArrayList<>();
    for (MasterDecision each : decided) {
      if (each instanceof MasterDecision.Purge purge) {
        purges.add(purge.task());
      }
    }
    return purges;
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (MasterDecision each : decided) {
      if (each instanceof MasterDecision.Warn warn) {
        warnings.add(warn.text());
      }
    }
    return warnings;
  }

  /** 150 tasks a second for an hour, each purge of which takes a while. */
  @Test
  void itKeepsUpWithAnHourOfOneHundredAndFiftyTasksASecondAndHoldsUpNoAssignment() {
    begin();
    see(new MasterEvent.IncarnationSeen("a", 1, new Incarnation(13, "spool")));
    WorkerInfo info = new WorkerInfo("a", 1, 1, Map.of(), "spool", "boot", "1");
    see(new MasterEvent.WorkerSeen("a", info));
    Deque<MasterDecision.Purge> sent = new ArrayDeque<>();
    int standing = 0;
    int most = 0;
    int mostSent = 0;
    for (int i = 0; i < 150 * 3_600; i++) {
      millis += i % 3 == 0 ? 6 : 7;
      finished(i);
      most = Math.max(most, ++standing);
      if (i % 10 == 0) {
        see(new MasterEvent.Tick());
      }
      for (MasterDecision each : decided) {
        if (each instanceof MasterDecision.Purge purge) {
          sent.add(purge);
        }
      }
      decided.clear();
      // Two are answered while one ends.
      for (int answers = 0; answers < 2 && !sent.isEmpty(); answers++) {
        MasterDecision.Purge done = sent.remove();
        standing--;
        see(new MasterEvent.TaskGone(done.task()));
        see(new MasterEvent.Carried(done));
      }
      mostSent = Math.max(mostSent, sent.size());
    }
    assertThat(mostSent).isLessThanOrEqualTo(FinishedTasks.IN_FLIGHT_MAX);
    long tenMinutes = 150 * MIN_AGE / 1_000;
    assertThat(most).isLessThan((int) (tenMinutes * 1.2));
    decided.clear();
    see(
        new MasterEvent.TaskSeen(
            id(1_000_000), ++zxid, stamp(), spec(), null, TaskChildren.NONE, 0));
    assertThat(decided).contains(new MasterDecision.Assign(id(1_000_000), "a", 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {-3, 3})
  void aMastersClockThatIsDaysOffChangesNothingAndIsSaid(long days) {
    ourselvesOff = Duration.ofDays(days);
    begin();
    assertThat(warnings()).singleElement().asString().contains("this machine's clock is PT");
    for (int i = 1; i <= 5; i++) {
      finished(i);
    }
    pass(Duration.ofMinutes(9));
    assertThat(purges()).isEmpty();
    pass(Duration.ofMinutes(2));
    assertThat(purges()).containsExactly(id(1), id(2));
    pass(Duration.ofHours(23));
    assertThat(purges()).hasSize(2);
    pass(Duration.ofHours(2));
    assertThat(purges()).hasSize(5);
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void whenAServerWhoseClockIsAheadLeadsNothingYoungIsPurged() {
    begin();
    for (int i = 1; i <= 5; i++) {
      finished(i);
    }
    pass(Duration.ofMinutes(5));
    leaderWith(Duration.ofDays(3));
    finished(6);
    assertThat(warnings()).first().asString().contains("has jumped by PT72H");
    pass(Duration.ofMinutes(9));
    assertThat(purges()).isEmpty();
    pass(Duration.ofMinutes(2));
    assertThat(purges()).isNotEmpty();
  }

  @Test
  void aMasterThatIsElectedUnderALeaderWhoseClockIsAheadPurgesNothingYoung() {
    leaderWith(Duration.ofDays(3));
    see(new MasterEvent.TimeSeen(++zxid + 1_000_000, stamp(), 5_000_000 + millis));
    zookeeperOff = Duration.ZERO;
    for (int i = 1; i <= 5; i++) {
      finished(i);
    }
    see(new MasterEvent.Loaded());
    pass(Duration.ofMinutes(9));
    assertThat(purges()).isEmpty();
  }

  @Test
  void whatEndedUnderALeaderWhoseClockWasAheadGoesInTimeAllTheSame() {
    leaderWith(Duration.ofDays(3));
    begin();
    finished(1);
    leaderWith(Duration.ZERO);
    for (int i = 2; i <= 5; i++) {
      finished(i);
    }
    pass(Duration.ofMinutes(9));
    assertThat(purges()).isEmpty();
    pass(Duration.ofMinutes(12));
    assertThat(purges()).containsExactly(id(1), id(2));
  }

  @Test
  void ofOneThatEndedLaterAnEarlierStampMakesItNoOlder() {
    begin();
    for (int i = 1; i <= 4; i++) {
      finished(i);
    }
    pass(Duration.ofMinutes(30));
    assertThat(purges()).containsExactly(id(1));
    leaderWith(Duration.ofHours(-2));
    finished(5);
    leaderWith(Duration.ZERO);
    finished(6);
    pass(Duration.ofMinutes(9));
    assertThat(purges()).containsExactly(id(1));
  }

  @Test
  void aPurgeThatIsRefusedIsTriedLessAndLessOftenAndHoldsUpNoOther() {
    begin();
    for (int i = 1; i <= 6; i++) {
      finished(i);
    }
    int refused = 0;
    for (int minute = 0; minute < 90; minute++) {
      pass(Duration.ofMinutes(1));
      for (MasterDecision each : List.copyOf(decided)) {
        if (each instanceof MasterDecision.Purge purge && purge.task().equals(id(1))) {
          refused++;
          see(new MasterEvent.Refused(each));
        } else if (each instanceof MasterDecision.Purge) {
          see(new MasterEvent.Carried(each));
        }
        decided.remove(each);
      }
    }
    assertThat(refused).isBetween(20, 90);
    assertThat(scheduler.finished()).isEqualTo(4);
  }
}
