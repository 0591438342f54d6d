package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every phase of an assignment × every event: the next phase, or a refusal that changes nothing.
 */
class WorkerMachineTest {
  private static final Instant WALL = Instant.parse("2026-01-02T03:04:05Z");
  private static final long START = 1_000_000;
  private static final long LEASE = 12_000;
  private static final TaskId TASK = new TaskId("a");
  private static final long ASSIGNED = 20;
  private static final NotReady FULL = new NotReady(NotReady.SPOOL_FULL, "the disk is full");
  private static final String REFUSED = "refused";
  private static final String GONE = "gone";

  /** Where a row says "-", the phase stays. */
  private static final String TABLE =
      """
      event           queued    held      starting  running   ending    reporting removing
      read            -         -         -         -         -         -         -
      cancel          reporting reporting ending    ending    -         -         -
      giveBack        removing  -         -         -         -         -         -
      taken           gone      gone      ending    ending    -         gone      gone
      started         refused   refused   running   refused   -         refused   refused
      exited          refused   refused   reporting reporting reporting refused   refused
      lost            refused   refused   reporting reporting reporting refused   refused
      unstartable     refused   refused   reporting reporting reporting refused   refused
      closedDone      refused   refused   refused   refused   refused   gone      gone
      closedGone      refused   refused   refused   refused   refused   gone      gone
      closedExists    refused   refused   refused   refused   refused   removing  -
      closedNoTask    refused   refused   refused   refused   refused   removing  -
      closedTooLarge  refused   refused   refused   refused   refused   -         -
      closedUnknown   refused   refused   refused   refused   refused   -         -
      closedStale     refused   refused   refused   refused   refused   -         -
      closedRefused   refused   refused   refused   refused   refused   -         -
      marked          refused   refused   refused   refused   refused   refused   refused
      suspended       -         -         -         -         -         -         -
      lossDeclared    -         -         ending    ending    -         -         -
      leaseOver       -         -         ending    ending    -         -         -
      wiped           gone      gone      ending    ending    -         gone      gone
      stopKeeping     -         -         -         -         -         -         -
      stopEnding      -         -         ending    ending    -         -         -
      acknowledged    -         -         -         -         -         -         -
      renewed         -         -         -         -         -         -         -
      """;

  private static List<RunPhase> head() {
    String[] names = TABLE.lines().findFirst().orElseThrow().split(" +");
    return Stream.of(names).skip(1).map(WorkerMachineTest::phase).toList();
  }

  private static RunPhase phase(String name) {
    return RunPhase.valueOf(name.toUpperCase(Locale.ROOT));
  }

  static Stream<Arguments> table() {
    List<Arguments> all = new ArrayList<>();
    for (String row : TABLE.lines().skip(1).toList()) {
      String[] cells = row.split(" +");
      for (int i = 1; i < cells.length; i++) {
        all.add(Arguments.of(head().get(i - 1), cells[0], cells[i]));
      }
      assertThat(cells).hasSize(1 + RunPhase.values().length);
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} × {1} → {2}")
  @MethodSource("table")
  void becomes(RunPhase phase, String event, String expected) {
    Machine machine = Machine.in(phase);
    if (expected.equals(REFUSED)) {
      assertThatThrownBy(() -> machine.tell(event))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a@")
          .hasMessageContaining(phase.name());
      assertThat(machine.phase()).isEqualTo(phase);
    } else {
      machine.tell(event);
      RunPhase next =
          switch (expected) {
            case "-" -> phase;
            case GONE -> null;
            default -> phase(expected);
          };
      assertThat(machine.phase()).isEqualTo(next);
    }
  }

  @Test
  void theTableHasEveryPhase() {
    assertThat(head()).containsExactly(RunPhase.values());
  }

  @Test
  void theTableHasEveryAnswerOfAClosingWrite() {
    Set<WriteAnswer> told = new TreeSet<>();
    TABLE
        .lines()
        .map(row -> row.split(" +")[0])
        .filter(event -> event.startsWith("closed"))
        .forEach(event -> told.add(answer(event)));
    assertThat(told).containsExactly(WriteAnswer.values());
  }

  @Test
  void aRunThatNobodyKnowsIsRefused() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    RunKey stranger = new RunKey(new TaskId("b"), 10, 21);
    assertThatThrownBy(
            () -> machine.on(new WorkerEvent.RunEnded(stranger, RunEnd.exited(0, WALL, WALL))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("b@");
    assertThat(machine.phase()).isEqualTo(RunPhase.RUNNING);
  }

  @Test
  void answersAboutARunThatIsOverTellNothing() {
    Machine machine = Machine.in(RunPhase.REPORTING);
    RunKey key = machine.key;
    machine.tell("closedDone");
    assertThat(machine.on(new WorkerEvent.Closed(key, WriteAnswer.DONE))).isEmpty();
    assertThat(machine.on(new WorkerEvent.Marked(key, WriteAnswer.DONE))).isEmpty();
  }

  @Test
  void aChangeThatWasRefusedAsStaleIsNotSentAgainBeforeItsAssignmentWasRead() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    machine.now += 100;
    assertThat(machine.on(new WorkerEvent.Ticked()))
        .hasAtLeastOneElementOfType(WorkerDecision.Mark.class);
    assertThat(machine.on(new WorkerEvent.Marked(machine.key, WriteAnswer.STALE)))
        .contains(new WorkerDecision.Read(machine.key.task()));
    machine.now += 1;
    assertThat(machine.on(new WorkerEvent.Ticked())).isEmpty();
  }

  /** What another has written about the task may mean that its assignment is another one by now. */
  @ParameterizedTest
  @ValueSource(strings = {"closedExists", "closedNoTask"})
  void whenItsResultIsNotWantedItsAssignmentIsReadBeforeItIsDeleted(String answer) {
    Machine machine = Machine.in(RunPhase.REPORTING);
    assertThat(machine.on(machine.event(answer)))
        .containsExactly(new WorkerDecision.Read(machine.key.task()));
    assertThat(machine.on(machine.event("read")))
        .containsExactly(new WorkerDecision.Remove(machine.key));
  }

  @Test
  void anAssignmentThatTookThePlaceOfADeletedOneIsNotDeletedWithIt() {
    Machine machine = Machine.in(RunPhase.REPORTING);
    machine.tell("closedExists");
    assertThat(machine.on(next(Assignment.ofAttempt(2), OnLost.RERUN)))
        .contains(new WorkerDecision.Delivered(machine.key))
        .hasAtLeastOneElementOfType(WorkerDecision.Start.class)
        .doesNotHaveAnyElementsOfTypes(WorkerDecision.Remove.class);
  }

  /** The assignment of a second attempt, once the first is recorded. */
  private static WorkerEvent next(Assignment data, OnLost onLost) {
    TaskSpec spec = TaskSpec.builder(Command.shell("true")).onLost(onLost).build();
    return new WorkerEvent.AssignmentFound(
        TASK, ASSIGNED + 1, 1, data, new TaskView.Ready(10, WALL, 2, 0, 0, spec));
  }

  @Test
  void whatAFormerRunSaidOfItselfTooLateKeepsItsSuccessorFromNothing() {
    Machine machine = Machine.in(RunPhase.REPORTING);
    Assignment said = Assignment.ofAttempt(1).started(1, WALL, 7);
    assertThat(machine.on(next(said, OnLost.RERUN)))
        .hasAtLeastOneElementOfType(WorkerDecision.Start.class)
        .doesNotHaveAnyElementsOfTypes(WorkerDecision.Report.class);
    RunKey key = new RunKey(TASK, 10, ASSIGNED + 1);
    assertThat(machine.on(new WorkerEvent.RunStarted(key, WALL, 7)))
        .containsExactly(
            new WorkerDecision.Mark(key, 1, Assignment.ofAttempt(2).started(2, WALL, 7)));
  }

  @Test
  void whatMayRunOnceAndIsSaidToRunIsLostWhereItLeftNoTrace() {
    Machine machine = Machine.in(RunPhase.REPORTING);
    Assignment said = Assignment.ofAttempt(1).started(1, WALL, 7);
    assertThat(reported(machine.on(next(said, OnLost.FAIL)))).isEqualTo(Outcome.LOST);
  }

  private static RunEnd lostAfterSaying(String text) {
    return new RunEnd(
        Outcome.LOST,
        null,
        null,
        "ended by its lease",
        WALL,
        WALL.plusSeconds(3),
        3.0,
        WALL.plusSeconds(3),
        "cookie",
        null,
        Output.whole(Bytes.utf8(text)),
        Output.EMPTY);
  }

  private static void assertCancelledWithOutput(List<WorkerDecision> decisions, String text) {
    assertThat(decisions).hasSize(1);
    Result result = ((WorkerDecision.Report) decisions.get(0)).result();
    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(result.state()).isEqualTo(Result.State.CANCELLED);
    assertThat(result.reason()).isEqualTo("a client asked");
    assertThat(result.startedAt()).isEqualTo(WALL);
    assertThat(result.stdout()).isEqualTo(Output.whole(Bytes.utf8(text)));
  }

  @Test
  void aCancelThatMeetsALostRunKeepsItsOutput() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    machine.tell("lossDeclared");
    machine.tell("cancel");
    assertCancelledWithOutput(
        machine.on(new WorkerEvent.RunEnded(machine.key, lostAfterSaying("so far"))), "so far");
  }

  @Test
  void aCancelOfARunThatWasLostAndIsHeldKeepsItsOutput() {
    Machine machine = Machine.in(RunPhase.RUNNING, OnLost.HOLD);
    machine.on(new WorkerEvent.RunEnded(machine.key, lostAfterSaying("so far")));
    assertThat(machine.phase()).isEqualTo(RunPhase.HELD);
    assertCancelledWithOutput(machine.on(machine.event("cancel")), "so far");
  }

  private static List<WorkerDecision> registerAgain(Machine machine, WorkerEvent again) {
    List<WorkerDecision> decisions = new ArrayList<>();
    decisions.addAll(machine.on(new WorkerEvent.Registered(ClusterId.parse("cluster"), START)));
    decisions.addAll(machine.on(new WorkerEvent.Listed(List.of(TASK))));
    decisions.addAll(machine.on(again));
    decisions.addAll(machine.on(new WorkerEvent.Reconciled()));
    return decisions;
  }

  @Test
  void whatTheHostCannotStartGoesBackOnceTheWorkerHasSaidThatItTakesNothing() {
    Machine machine = Machine.in(RunPhase.STARTING, OnLost.FAIL);
    assertThat(machine.on(machine.event("unstartable")))
        .containsExactly(new WorkerDecision.Publish(FULL));
    List<WorkerDecision> decisions = registerAgain(machine, machine.event("read"));
    assertThat(decisions).hasSize(1);
    WorkerDecision.Report report = (WorkerDecision.Report) decisions.get(0);
    assertThat(report.retry()).isTrue();
    assertThat(report.result().outcome()).isEqualTo(Outcome.RETURNED);
    assertThat(report.result().reason()).isEqualTo("the disk is full");
  }

  @Test
  void whatWaitsGoesBackTooAndWhatComesAllTheSameALittleLater() {
    Machine machine = new Machine(1, OnLost.RERUN);
    machine.on(new WorkerEvent.Registered(ClusterId.parse("cluster"), START));
    machine.on(new WorkerEvent.Listed(List.of(TASK)));
    machine.find(RunPhase.STARTING);
    TaskId waits = new TaskId("b");
    RunKey waiting = machine.found(waits, 0);
    machine.on(new WorkerEvent.Reconciled());
    machine.tell("unstartable");
    assertThat(machine.machine.phaseOf(waiting)).isEqualTo(RunPhase.REPORTING);
    registerAgain(machine, machine.event("read"));
    RunKey late = machine.found(new TaskId("c"), 0);
    assertThat(machine.machine.phaseOf(late)).isEqualTo(RunPhase.QUEUED);
    machine.now += 4_999;
    machine.on(new WorkerEvent.Ticked());
    assertThat(machine.machine.phaseOf(late)).isEqualTo(RunPhase.QUEUED);
    machine.now = machine.machine.wakeAt();
    machine.now = Math.max(machine.now, START + 5_000);
    machine.on(new WorkerEvent.Ticked());
    assertThat(machine.machine.phaseOf(late)).isEqualTo(RunPhase.REPORTING);
  }

  @Test
  void aTaskThatFiveHostsCannotStartFailsWithTheReason() {
    Machine machine = new Machine(1, OnLost.RERUN);
    machine.on(new WorkerEvent.Registered(ClusterId.parse("cluster"), START));
    machine.on(new WorkerEvent.Listed(List.of(TASK)));
    machine.key = machine.found(TASK, 4);
    machine.on(new WorkerEvent.Reconciled());
    machine.tell("unstartable");
    WorkerEvent again =
        new WorkerEvent.AssignmentRead(
            TASK, machine.key.assignmentCzxid(), 1, Assignment.ofAttempt(5));
    WorkerDecision.Report report = (WorkerDecision.Report) registerAgain(machine, again).get(0);
    assertThat(report.retry()).isFalse();
    assertThat(report.result().outcome()).isEqualTo(Outcome.SPAWN_FAILED);
    assertThat(report.result().clientExitCode()).isEqualTo(126);
    assertThat(report.result().reason()).contains("the disk is full", "4 times before");
  }

  @Test
  void aHostThatCannotStartCommandsIsTriedEverLessOften() {
    Machine machine = Machine.in(RunPhase.STARTING);
    machine.tell("unstartable");
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      long from = machine.now;
      machine.now = machine.machine.wakeAt();
      pauses.add(machine.now - from);
      assertThat(machine.on(new WorkerEvent.Ticked())).contains(new WorkerDecision.Probe());
      assertThat(machine.on(new WorkerEvent.Probed(null)))
          .contains(new WorkerDecision.Publish(null));
      registerAgain(machine, machine.event("taken"));
      machine.on(new WorkerEvent.Acknowledged(machine.now));
      machine.key = machine.found(TASK, 0);
      machine.tell("unstartable");
    }
    assertThat(pauses).containsExactly(3_000L, 6_000L, 12_000L, 24_000L, 48_000L, 60_000L, 60_000L);
  }

  @Test
  void whatIsCancelledAndCannotBeStartedIsCancelled() {
    Machine machine = Machine.in(RunPhase.ENDING);
    machine.tell("unstartable");
    WorkerDecision.Report report =
        (WorkerDecision.Report) registerAgain(machine, machine.event("cancel")).get(0);
    assertThat(report.result().outcome()).isEqualTo(Outcome.CANCELLED);
  }

  private static RunEnd killed(StopSignal stopSignal, int code) {
    return new RunEnd(
        Outcome.EXITED,
        code,
        null,
        null,
        WALL,
        WALL.plusSeconds(3),
        3.0,
        null,
        "cookie",
        null,
        stopSignal,
        Output.EMPTY,
        Output.EMPTY);
  }

  private static Outcome reported(List<WorkerDecision> decisions) {
    return decisions.stream()
        .filter(WorkerDecision.Report.class::isInstance)
        .map(each -> ((WorkerDecision.Report) each).result().outcome())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatAShutdownEndedWhileNoWorkerWasThereIsLost() {
    Machine machine = Machine.in(RunPhase.STARTING);
    RunEnd end = killed(StopSignal.SHARED_WHILE_AWAY, 143);
    List<WorkerDecision> decisions = machine.on(new WorkerEvent.RunEnded(machine.key, end));
    assertThat(reported(decisions)).isEqualTo(Outcome.LOST);
    assertThat(((WorkerDecision.Report) decisions.get(0)).retry()).isTrue();
  }

  @Test
  void aSuccessIsBelievedWhateverSignalCame() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    RunEnd end = killed(StopSignal.SHARED_WHILE_AWAY, 0);
    assertThat(reported(machine.on(new WorkerEvent.RunEnded(machine.key, end))))
        .isEqualTo(Outcome.EXITED);
  }

  @Test
  void whatGotTheSignalThatStopsTheWorkerTooIsLost() {
    for (String stop : List.of("stopKeeping", "stopEnding")) {
      Machine machine = Machine.in(RunPhase.RUNNING);
      RunEnd end = killed(StopSignal.SHARED, 143);
      assertThat(machine.on(new WorkerEvent.RunEnded(machine.key, end))).isEmpty();
      assertThat(machine.phase()).isEqualTo(RunPhase.RUNNING);
      assertThat(reported(machine.on(machine.event(stop)))).isEqualTo(Outcome.LOST);
    }
  }

  @Test
  void whatGotTheSignalOfAStopThatHadBegunIsLost() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    machine.tell("stopKeeping");
    RunEnd end = killed(StopSignal.SHARED, 143);
    assertThat(reported(machine.on(new WorkerEvent.RunEnded(machine.key, end))))
        .isEqualTo(Outcome.LOST);
  }

  /** As 'kill 0' in a command may do. */
  @Test
  void aSignalThatStopsNoWorkerIsTheCommandsOwn() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    RunEnd end = killed(StopSignal.SHARED, 143);
    assertThat(machine.on(new WorkerEvent.RunEnded(machine.key, end))).isEmpty();
    machine.now += RunRules.SHUTDOWN_MILLIS;
    assertThat(machine.machine.wakeAt()).isLessThanOrEqualTo(machine.now);
    assertThat(reported(machine.on(new WorkerEvent.Ticked()))).isEqualTo(Outcome.EXITED);
  }

  @Test
  void nobodyWaitsForWhatASignalMayHaveEnded() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    RunEnd end = killed(StopSignal.SHARED, 143);
    machine.on(new WorkerEvent.RunEnded(machine.key, end));
    machine.tell("taken");
    machine.now += RunRules.SHUTDOWN_MILLIS;
    assertThat(machine.on(new WorkerEvent.Ticked()))
        .containsExactly(new WorkerDecision.Delivered(machine.key));
    assertThat(machine.phase()).isNull();
  }

  @Test
  void outputsThatZooKeeperRefusesStayInTheSpoolAndTheResultSaysWhere() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    RunEnd end =
        new RunEnd(
            Outcome.EXITED,
            0,
            null,
            null,
            WALL,
            WALL,
            0.1,
            WALL,
            "cookie",
            null,
            new Output(Bytes.utf8("all"), 3, false, "/spool/stdout"),
            Output.EMPTY);
    machine.on(new WorkerEvent.RunEnded(machine.key, end));
    List<WorkerDecision> decisions =
        machine.on(new WorkerEvent.Closed(machine.key, WriteAnswer.TOO_LARGE));
    assertThat(decisions.get(0)).isEqualTo(new WorkerDecision.KeepOutputs(machine.key));
    assertThat(((WorkerDecision.Report) decisions.get(1)).result().stdout())
        .isEqualTo(new Output(Bytes.EMPTY, 3, true, "/spool/stdout"));
  }

  @Test
  void nothingIsReconciledWithoutARegistration() {
    Machine machine = new Machine(1, OnLost.RERUN);
    assertThatThrownBy(() -> machine.on(new WorkerEvent.Reconciled()))
        .isInstanceOf(IllegalStateException.class);
  }

  private static final String HANGS = "the disk does not answer";

  @Test
  void aHungSpoolStartsAndRenewsNothingAndTheWorkerGivesUpALeaseLater() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    machine.on(new WorkerEvent.SpoolStuck(HANGS));
    long noticed = machine.now;
    machine.now += LEASE / 2;
    assertThat(machine.on(new WorkerEvent.Acknowledged(machine.now))).isEmpty();
    machine.now = noticed + LEASE - 1;
    assertThat(machine.on(new WorkerEvent.Ticked()))
        .hasOnlyElementsOfTypes(WorkerDecision.End.class, WorkerDecision.Mark.class);
    assertThat(machine.machine.wakeAt()).isGreaterThan(machine.now);
    machine.now = machine.machine.wakeAt();
    List<WorkerDecision> last = machine.on(new WorkerEvent.Ticked());
    assertThat(machine.now).isEqualTo(noticed + LEASE);
    assertThat(last).hasAtLeastOneElementOfType(WorkerDecision.GiveUp.class);
    assertThat(((WorkerDecision.GiveUp) last.get(last.size() - 1)).message()).startsWith(HANGS);
    assertThat(machine.on(new WorkerEvent.Ticked())).isEmpty();
  }

  @Test
  void aSpoolThatGoesOnInTimeCostsNothing() {
    Machine machine = Machine.in(RunPhase.RUNNING);
    machine.on(new WorkerEvent.SpoolStuck(HANGS));
    machine.now += LEASE / 2;
    assertThat(machine.on(new WorkerEvent.SpoolMoves()))
        .hasAtLeastOneElementOfType(WorkerDecision.Renew.class);
    assertThat(machine.phase()).isEqualTo(RunPhase.RUNNING);
    machine.on(new WorkerEvent.Acknowledged(machine.now));
    machine.now += LEASE / 2;
    machine.on(new WorkerEvent.Ticked());
    assertThat(machine.phase()).isEqualTo(RunPhase.RUNNING);
  }

  @Test
  void tenLooksAtTheSameWorkAreAHangAndManyShortWorksAreNone() {
    StallWatch watch = new StallWatch();
    for (int i = 0; i < 30; i++) {
      assertThat(watch.hangs(0)).isFalse();
      assertThat(watch.hangs(i + 1)).isFalse();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(watch.hangs(30)).isEqualTo(i == 9);
    }
    assertThat(watch.hangs(31)).isFalse();
  }

  private static WriteAnswer answer(String event) {
    return switch (event) {
      case "closedDone" -> WriteAnswer.DONE;
      case "closedGone" -> WriteAnswer.ASSIGNMENT_GONE;
      case "closedExists" -> WriteAnswer.RESULT_EXISTS;
      case "closedNoTask" -> WriteAnswer.TASK_GONE;
      case "closedTooLarge" -> WriteAnswer.TOO_LARGE;
      case "closedUnknown" -> WriteAnswer.UNKNOWN;
      case "closedStale" -> WriteAnswer.STALE;
      case "closedRefused" -> WriteAnswer.REFUSED;
      default -> throw new IllegalArgumentException(event);
    };
  }

  /** A machine with one assignment. */
  private static final class Machine {
    private final WorkerMachine machine;
    private long now = START;
    private int others;
    private RunKey key = new RunKey(TASK, 10, ASSIGNED);

    Machine(int slots, OnLost onLost) {
      machine = new WorkerMachine(new WorkerPolicy("w", slots, LEASE, 5_000, onLost), List.of());
    }

    static Machine in(RunPhase phase) {
      return in(phase, OnLost.RERUN);
    }

    static Machine in(RunPhase phase, OnLost onLost) {
      Machine it = new Machine(phase == RunPhase.QUEUED ? 0 : 1, onLost);
      it.on(new WorkerEvent.Registered(ClusterId.parse("cluster"), START));
      it.on(new WorkerEvent.Listed(List.of(TASK)));
      it.find(phase);
      it.on(new WorkerEvent.Reconciled());
      if (phase == RunPhase.RUNNING || phase == RunPhase.ENDING || phase == RunPhase.REPORTING) {
        it.tell("started");
      }
      if (phase == RunPhase.ENDING) {
        it.tell("cancel");
      } else if (phase == RunPhase.REPORTING) {
        it.tell("exited");
      }
      assertThat(it.phase()).isEqualTo(phase);
      return it;
    }

    private void find(RunPhase phase) {
      Assignment fresh = Assignment.ofAttempt(1);
      Assignment data = phase == RunPhase.HELD ? fresh.withHeld(true) : fresh;
      TaskView view =
          phase == RunPhase.REMOVING
              ? new TaskView.Finished()
              : new TaskView.Ready(10, WALL, 1, 0, 0, TaskSpec.of(Command.shell("true")));
      key = new RunKey(TASK, phase == RunPhase.REMOVING ? 0 : 10, ASSIGNED);
      on(new WorkerEvent.AssignmentFound(TASK, ASSIGNED, 0, data, view));
    }

    /** Another assignment, of a task that so many hosts have handed back. */
    private RunKey found(TaskId task, int returned) {
      long czxid = ASSIGNED + ++others;
      on(
          new WorkerEvent.AssignmentFound(
              task,
              czxid,
              0,
              Assignment.ofAttempt(returned + 1),
              new TaskView.Ready(
                  10, WALL, returned + 1, 0, returned, TaskSpec.of(Command.shell("true")))));
      return new RunKey(task, 10, czxid);
    }

    RunPhase phase() {
      return machine.phaseOf(key);
    }

    List<WorkerDecision> on(WorkerEvent event) {
      return machine.on(event, new Moment(now, WALL));
    }

    void tell(String event) {
      if (event.equals("leaseOver")) {
        now += LEASE;
      }
      on(event(event));
    }

    private WorkerEvent event(String event) {
      Assignment fresh = Assignment.ofAttempt(1);
      return switch (event) {
        case "read" -> read(fresh);
        case "cancel" -> read(fresh.withCancel("a client asked"));
        case "giveBack" -> read(fresh.withGiveBack());
        case "taken" -> new WorkerEvent.AssignmentGone(TASK);
        case "started" -> new WorkerEvent.RunStarted(key, WALL, 4711);
        case "exited" -> new WorkerEvent.RunEnded(key, RunEnd.exited(3, WALL, WALL));
        case "lost" ->
            new WorkerEvent.RunEnded(key, RunEnd.without(Outcome.LOST, "no trace", WALL));
        case "unstartable" -> new WorkerEvent.RunRefused(key, FULL);
        case "marked" -> new WorkerEvent.Marked(key, WriteAnswer.DONE);
        case "suspended" -> new WorkerEvent.Suspended();
        case "lossDeclared" -> new WorkerEvent.LossDeclared();
        case "leaseOver" -> new WorkerEvent.Ticked();
        case "wiped" -> new WorkerEvent.TreeWiped();
        case "stopKeeping" -> new WorkerEvent.StopAsked(StopMode.KEEP_COMMANDS);
        case "stopEnding" -> new WorkerEvent.StopAsked(StopMode.END_COMMANDS);
        case "acknowledged" -> new WorkerEvent.Acknowledged(now);
        case "renewed" -> new WorkerEvent.Renewed();
        default -> new WorkerEvent.Closed(key, answer(event));
      };
    }

    private static WorkerEvent read(Assignment data) {
      return new WorkerEvent.AssignmentRead(TASK, ASSIGNED, 1, data);
    }
  }
}
