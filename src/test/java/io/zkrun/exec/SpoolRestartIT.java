package io.zkrun.exec;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Command;
import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.NotReady;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.StopSignal;
import io.zkrun.core.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a spool that is opened again makes of the runs of the one before. */
class SpoolRestartIT {
  private static final RunKey KEY = new RunKey(new TaskId("task-0000000001"), 1, 2);
  private static final Duration SOON = Duration.ofMillis(200);

  /** A file of the test: whatever was written before it has been seen. */
  private static final String END = "end";

  @TempDir Path dir;

  private static final class Told implements Spool.Listener {
    final CompletableFuture<Long> started = new CompletableFuture<>();
    final CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    final CompletableFuture<NotReady> refused = new CompletableFuture<>();

    @Override
    public void started(long pid, Instant at) {
      started.complete(pid);
    }

    @Override
    public void ended(RunEnd end) {
      ended.complete(end);
    }

    @Override
    public void refused(NotReady why) {
      refused.complete(why);
    }

    RunEnd end() throws Exception {
      return ended.get(20, SECONDS);
    }
  }

  private static Spool open(Path at, long keptBytes, boolean keeper) throws IOException {
    Duration age = Duration.ofDays(1);
    SpoolSettings.Tracking auto = SpoolSettings.Tracking.AUTO;
    return Spool.open(new SpoolSettings(at, false, age, keptBytes, auto, keeper));
  }

  private Spool open(long keptBytes) throws IOException {
    return open(dir, keptBytes, false);
  }

  private Spool open() throws IOException {
    return open(1 << 20);
  }

  private static RunRequest request(RunKey key, String line, @Nullable Duration timeout) {
    Map<String, Bytes> env = Map.of();
    Command command = Command.shell(line);
    return new RunRequest(
        key,
        ClusterId.parse("c"),
        1,
        "w",
        command,
        env,
        null,
        null,
        timeout,
        SOON,
        100,
        OnLost.RERUN);
  }

  /** Until its shell has said which process it is: before that, nobody can adopt it. */
  private Told start(Spool spool, String line, @Nullable Duration timeout) throws Exception {
    Told told = new Told();
    spool.start(request(KEY, line, timeout), told);
    told.started.get(20, SECONDS);
    await().until(() -> folder().text("pid").endsWith("\n"));
    return told;
  }

  private static Told adopt(Spool spool) {
    assertThat(spool.found()).extracting(FoundRun::key).containsExactly(KEY);
    Told told = new Told();
    spool.adopt(KEY, told);
    return told;
  }

  private RunFolder folder() {
    return RunFolder.of(dir, KEY);
  }

  @Test
  void endsWhenItsCommandEnds() throws Exception {
    Path go = dir.resolve("go");
    try (Spool first = open()) {
      start(first, "until [ -e '" + go + "' ]; do sleep 0.05; done; echo hi; exit 5", null);
    }
    try (Spool second = open()) {
      Told told = adopt(second);
      assertThat(told.started.get(20, SECONDS)).isPositive();
      assertThat(told.ended).isNotDone();
      Files.createFile(go);
      assertThat(told.end().exitCode()).isEqualTo(5);
      assertThat(told.end().stdout().kept()).isEqualTo(Bytes.utf8("hi\n"));
      second.delivered(KEY);
      await().until(() -> Files.notExists(folder().dir()));
    }
  }

  @Test
  void endedMeanwhileWithItsTrueTimes() throws Exception {
    try (Spool first = open()) {
      start(first, "sleep 0.3; exit 6", null);
    }
    await().until(() -> folder().exitCode() != null);
    Instant seen = Instant.now();
    // The next daemon comes later: that must not count as running.
    await().until(() -> Instant.now().isAfter(seen.plusMillis(1500)));
    try (Spool second = open()) {
      RunEnd end = adopt(second).end();
      assertThat(end.exitCode()).isEqualTo(6);
      assertThat(end.durationSeconds()).isBetween(0.28, 1.5);
      assertThat(end.finishedAt()).isBefore(seen.plusMillis(200));
    }
  }

  /** It ran: handed back, it would run again, however little it may. */
  @ParameterizedTest
  @ValueSource(strings = {"rm -rf", "mv -t ../../.."})
  void aCommandThatTakesItsOwnFolderAwayIsLostAndNotHandedBack(String take) throws Exception {
    try (Spool spool = open()) {
      Told told = new Told();
      spool.start(request(KEY, take + " '" + folder().dir() + "'; exit 125", null), told);
      assertThat(told.end().outcome()).isEqualTo(Outcome.LOST);
      assertThat(told.refused).isNotDone();
      spool.delivered(KEY);
    }
  }

  /** What says which signal ended a command had a file of its own. */
  @ParameterizedTest
  @CsvSource({"'', SIGNALED", "executor=setsid, EXITED"})
  void aCommandThatAnEarlierVersionStartedEndsBySignalAsItSaidThen(String line, Outcome outcome)
      throws Exception {
    try (Spool first = open()) {
      start(first, "exec sleep 300", null);
    }
    ProcessHandle.of(folder().alive()).ifPresent(ProcessHandle::destroyForcibly);
    await().until(() -> folder().alive() == 0);
    String stat = folder().text("pid").split("\n", 2)[0];
    folder().write("pid", stat + "\n", false);
    folder().write("exit", "143 99999999.00 end\n", false);
    folder().write("diag", "Terminated\n", false);
    String meta = folder().text("meta").replaceAll("(executor|program|tree)=.*\n", "");
    folder().write("meta", line + "\n" + meta, false);
    try (Spool second = open()) {
      assertThat(adopt(second).end().outcome()).isEqualTo(outcome);
      second.delivered(KEY);
      await().until(() -> Files.notExists(folder().dir()));
    }
  }

  /** As the shutdown of the machine does it: whatever is there is signalled. */
  @Test
  void aSignalToCommandAndWatcherIsToldFromTheCommandsOwnEnd() throws Exception {
    long watcher;
    try (Spool first = open()) {
      watcher = start(first, "exec sleep 94", null).started.get();
      await().until(() -> children(watcher).anyMatch(each -> isSleep(each)));
    }
    // In the order of their pids, as one signal to all of them would come.
    ProcessHandle.of(watcher).ifPresent(ProcessHandle::destroy);
    children(watcher).forEach(ProcessHandle::destroy);
    await().until(() -> folder().exitCode() != null);
    try (Spool second = open()) {
      RunEnd end = adopt(second).end();
      assertThat(end.stopSignal()).isEqualTo(StopSignal.SHARED_WHILE_AWAY);
      assertThat(end.signal()).isEqualTo(15);
    }
  }

  @Test
  void aCommandThatSignalsItselfEndsForItself() throws Exception {
    try (Spool first = open()) {
      Told told = start(first, "sleep 0.2; kill -TERM $$", null);
      assertThat(told.end().stopSignal()).isEqualTo(StopSignal.NONE);
    }
  }

  private static Stream<ProcessHandle> children(long watcher) {
    return ProcessHandle.of(watcher).stream().flatMap(ProcessHandle::descendants);
  }

  private static boolean isSleep(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("sleep");
  }

  @ParameterizedTest
  @EnumSource
  void undeliveredEndIsToldAgainAsItWas(EndCause cause) throws Exception {
    RunEnd before;
    try (Spool first = open()) {
      Told told = start(first, "echo out; echo err >&2; sleep 99", null);
      first.end(KEY, cause, SOON);
      before = told.end();
    }
    try (Spool second = open()) {
      assertThat(adopt(second).end()).isEqualTo(before);
    }
  }

  @Test
  void causeIsRememberedWhileItsTreeStillEnds() throws Exception {
    try (Spool first = open()) {
      start(first, "trap '' TERM; sleep 98; sleep 97", null);
      first.end(KEY, EndCause.CANCELLED, Duration.ofMinutes(1));
      await().until(() -> folder().has("cause"));
    }
    try (Spool second = open()) {
      Told told = adopt(second);
      second.end(KEY, EndCause.LOST, SOON);
      assertThat(told.end().outcome()).isEqualTo(Outcome.CANCELLED);
    }
  }

  @Test
  void timeoutRunsOnFromTheStart() throws Exception {
    try (Spool first = open()) {
      start(first, "sleep 96", Duration.ofSeconds(1));
    }
    try (Spool second = open()) {
      assertThat(adopt(second).end().outcome()).isEqualTo(Outcome.TIMEOUT);
    }
  }

  @Test
  void aClockThatWasSetDoesNotEndACommandBeforeItsTime() throws Exception {
    Path go = dir.resolve("go");
    try (Spool first = open()) {
      String line = "until [ -e '" + go + "' ]; do sleep 0.05; done; exit 5";
      start(first, line, Duration.ofHours(1));
    }
    String meta = folder().text("meta");
    String earlier = "startedAt=" + Instant.now().minus(Duration.ofHours(2)).toEpochMilli();
    folder().write("meta", meta.replaceFirst("startedAt=\\d+", earlier), false);
    try (Spool second = open()) {
      Told told = adopt(second);
      assertThat(told.started.get(20, SECONDS)).isPositive();
      Files.createFile(go);
      assertThat(told.end().exitCode()).isEqualTo(5);
    }
  }

  @Test
  void killedWatcherLeavesALostRunAndNoTree() throws Exception {
    try (Spool spool = open()) {
      Told told = start(spool, "sleep 95", null);
      await().until(() -> folder().alive() > 0);
      ProcessHandle.of(told.started.get()).ifPresent(ProcessHandle::destroyForcibly);
      RunEnd end = told.end();
      assertThat(end.outcome()).isEqualTo(Outcome.LOST);
      assertThat(end.reason()).contains("left no exit code");
      assertThat(end.treeEmptyAt()).isNotNull();
    }
  }

  @Test
  void stoppedWatcherDoesNotHoldUpTheEnd() throws Exception {
    try (Spool spool = open()) {
      Told told = start(spool, "sleep 94", null);
      await().until(() -> folder().alive() > 0);
      stop(told.started.get());
      spool.end(KEY, EndCause.CANCELLED, SOON);
      assertThat(told.end().outcome()).isEqualTo(Outcome.CANCELLED);
    }
  }

  private void stop(long pid) throws Exception {
    Launch.start(
            new org.apache.commons.exec.CommandLine("sh")
                .addArguments(new String[] {"-c", "kill -STOP " + pid}, false),
            BaseEnvironment.of(),
            dir,
            dir.resolve("kill.err"))
        .waitFor();
  }

  @Test
  void endReachesWhatNobodyAdopted() throws Exception {
    try (Spool first = open()) {
      start(first, "sleep 93", null);
    }
    try (Spool second = open()) {
      second.end(KEY, EndCause.DROPPED, SOON);
      await().atMost(Duration.ofSeconds(20)).until(() -> folder().has("result"));
      assertThat(adopt(second).end().outcome()).isEqualTo(Outcome.LOST);
    }
  }

  @Test
  void whatAnotherWorkerHasNotDeliveredIsLeftAlone() throws Exception {
    try (Spool first = open()) {
      first.claim("vm1");
      start(first, "sleep 94", null);
    }
    try (Spool renamed = open()) {
      assertThatThrownBy(() -> renamed.claim("vm2"))
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining("belongs to worker 'vm1'")
          .hasMessageContaining("--name vm1");
    }
    try (Spool again = open()) {
      again.claim("vm1");
      Told told = adopt(again);
      assertThat(told.started.get(20, SECONDS)).isPositive();
      again.end(KEY, EndCause.CANCELLED, SOON);
      assertThat(told.end().outcome()).isEqualTo(Outcome.CANCELLED);
      again.delivered(KEY);
      await().until(() -> !Files.exists(folder().dir()));
    }
    try (Spool free = open()) {
      free.claim("vm2");
      assertThat(dir.resolve("worker")).hasContent("vm2");
    }
  }

  @Test
  void aThreadThatHangsIsToldWithItsPlaceUntilItGoesOn() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch hangs = new CountDownLatch(1);
    try (Spool spool = open()) {
      assertThat(spool.hangsIn()).isNull();
      spool.probe(
          why -> {
            hangs.countDown();
            awaitUninterruptibly(goOn);
          });
      hangs.await();
      String said = null;
      for (int look = 0; look < 11; look++) {
        assertThat(said).isNull();
        said = spool.hangsIn();
      }
      assertThat(said).contains(dir.toString(), "'runs'", "SpoolRestartIT.java:");
      goOn.countDown();
      await().until(() -> spool.hangsIn() == null);
      assertThat(probe(spool)).isNull();
    } finally {
      goOn.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static @Nullable NotReady probe(Spool spool) throws Exception {
    CompletableFuture<Optional<NotReady>> said = new CompletableFuture<>();
    spool.probe(why -> said.complete(Optional.ofNullable(why)));
    return said.get(20, SECONDS).orElse(null);
  }

  @Test
  void unwritableSpoolRefusesTheRunUntilItCanBeWrittenAgain() throws Exception {
    try (Spool spool = open()) {
      assertThat(probe(spool)).isNull();
      await().until(() -> !Files.exists(dir.resolve("tasks/0-0-probe")));
      Removal.of(dir.resolve("tasks"));
      Files.createFile(dir.resolve("tasks"));
      Told told = new Told();
      spool.start(request(KEY, "true", null), told);
      NotReady why = told.refused.get(20, SECONDS);
      assertThat(why.code()).isEqualTo(NotReady.SPOOL_FAILS);
      assertThat(why.message()).contains(dir.toString());
      assertThat(probe(spool)).isNotNull();
      Files.delete(dir.resolve("tasks"));
      Files.createDirectory(dir.resolve("tasks"));
      assertThat(probe(spool)).isNull();
      assertThat(start(spool, "exit 4", null).end().exitCode()).isEqualTo(4);
      assertThat(told.ended).isNotDone();
    }
  }

  /** Else a worker could refuse its own spool, once somebody has cleaned it. */
  @Test
  void nothingThatASpoolWritesMakesItAnothersFolder() throws Exception {
    Set<String> written = new TreeSet<>();
    try (WatchService watch = dir.getFileSystem().newWatchService()) {
      WatchKey names = dir.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      liveTwice();
      Files.createFile(dir.resolve(END));
      await()
          .until(
              () -> {
                names.pollEvents().forEach(event -> written.add("" + event.context()));
                return written.remove(END);
              });
    }
    assertThat(written).contains("deadline.spare", "deadline.last", "daemon.new", "keeper", "lock");
    Path cleaned = Files.createDirectory(dir.resolve("cleaned"));
    written.remove("spool-id");
    for (String name : written) {
      Files.createFile(cleaned.resolve(name));
    }
    Files.delete(cleaned.resolve("tasks"));
    try (Spool spool = open(cleaned, 1 << 20, false)) {
      assertThat(spool.found()).isEmpty();
    }
  }

  private void liveTwice() throws Exception {
    for (int i = 0; i < 2; i++) {
      try (Spool spool = open(dir, 1 << 20, true)) {
        for (int renewal = 1; renewal <= 3; renewal++) {
          spool.deadline(Long.MAX_VALUE - renewal, Long.MAX_VALUE);
        }
        assertThat(start(spool, "exit 0", null).end().exitCode()).isEqualTo(0);
        spool.delivered(KEY);
        await().until(() -> Files.notExists(folder().dir()));
        await().until(() -> Files.exists(dir.resolve("keeper")));
      }
    }
    RunFixture.cleanUp(dir);
  }

  @Test
  void keepsCutOutputsWithinTheirAge() throws Exception {
    RunKey other = new RunKey(KEY.task(), 1, 3);
    try (Spool spool = open()) {
      for (RunKey key : new RunKey[] {KEY, other}) {
        Told told = new Told();
        spool.start(request(key, "head -c 4000 /dev/zero", null), told);
        assertThat(told.end().stdout().truncated()).isTrue();
        spool.delivered(key);
        await().until(() -> RunFolder.of(dir, key).has(Retention.MARK));
      }
    }
    deliveredBefore(KEY, Duration.ofHours(25));
    deliveredBefore(other, Duration.ofHours(23));
    try (Spool again = open()) {
      assertThat(again.found()).isEmpty();
      await().until(() -> Files.notExists(folder().dir()));
      assertThat(RunFolder.of(dir, other).has("stdout")).isTrue();
    }
  }

  private void deliveredBefore(RunKey key, Duration ago) throws IOException {
    Path mark = RunFolder.of(dir, key).dir().resolve(Retention.MARK);
    Files.setLastModifiedTime(mark, FileTime.from(Instant.now().minus(ago)));
  }

  @Test
  void keepsCutOutputsWithinItsBytes() throws Exception {
    RunKey other = new RunKey(KEY.task(), 1, 3);
    try (Spool spool = open(6000)) {
      for (RunKey key : new RunKey[] {KEY, other}) {
        Told told = new Told();
        spool.start(request(key, "head -c 4000 /dev/zero", null), told);
        assertThat(told.end().stdout().truncated()).isTrue();
        spool.delivered(key);
        // The first is kept until the second comes: its mark may be gone before anyone looks.
        await().until(() -> !key.equals(KEY) || folder().has(Retention.MARK));
      }
      await().until(() -> Files.notExists(folder().dir()));
      await().until(() -> RunFolder.of(dir, other).has(Retention.MARK));
      assertThat(RunFolder.of(dir, other).has("stdout")).isTrue();
    }
    try (Spool again = open(1000)) {
      assertThat(again.found()).isEmpty();
      await().until(() -> Files.notExists(RunFolder.of(dir, other).dir()));
    }
  }
}
