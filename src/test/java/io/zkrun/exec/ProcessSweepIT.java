package io.zkrun.exec;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.exec.ProcessSweep.Found;
import io.zkrun.exec.ProcessSweep.Search;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessSweepIT {
  private static final int MANY = 300;

  @TempDir Path dir;
  private final String id = UUID.randomUUID().toString();
  private final List<Process> started = new ArrayList<>();
  private SpoolThread runs;
  private SpoolThread sweeper;

  @AfterEach
  void endAll() throws Exception {
    runs.close();
    sweeper.close();
    for (Process each : started) {
      each.destroyForcibly().waitFor();
    }
  }

  private ProcessSweep sweep(Predicate<String> lives, CompletableFuture<Set<String>> strays) {
    runs = new SpoolThread(dir, "runs");
    sweeper = new SpoolThread(dir, "sweep");
    return new ProcessSweep(id, lives, runs, sweeper, strays::complete);
  }

  private long start(String cookie) throws IOException {
    ProcessBuilder sleep = new ProcessBuilder("sleep", "300");
    sleep.environment().put("ZKRUN_COOKIE", cookie);
    started.add(sleep.start());
    return started.get(started.size() - 1).pid();
  }

  private static Search search(String run) {
    return new Search(run, 0, null, List.of(), false);
  }

  @Test
  void threeHundredRunsThatEndAtOnceShareOnePass() throws Exception {
    ProcessSweep sweep = sweep(run -> true, new CompletableFuture<>());
    long pid = start(id + "/lease/run-7");
    CountDownLatch asked = new CountDownLatch(1);
    sweeper.post(
        () -> {
          try {
            asked.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    List<CompletableFuture<Found>> answers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      CompletableFuture<Found> answer = new CompletableFuture<>();
      answers.add(answer);
      sweep.find(search("run-" + i), true, answer::complete);
    }
    asked.countDown();
    for (int i = 0; i < MANY; i++) {
      Set<Long> found = answers.get(i).get(20, SECONDS).members().keySet();
      assertThat(found).isEqualTo(i == 7 ? Set.of(pid) : Set.of());
    }
    assertThat(sweep.passes()).isEqualTo(1);
  }

  @Test
  void whatBelongsToNoLivingRunIsToldByName() throws Exception {
    CompletableFuture<Set<String>> strays = new CompletableFuture<>();
    ProcessSweep sweep = sweep(Set.of("living")::contains, strays);
    start(id + "/lease/living");
    start(id + "/hold/gone");
    start(id + "/lease-leaves/left");
    start(UUID.randomUUID() + "/lease/foreign");
    sweep.lookForStrays();
    assertThat(strays.get(20, SECONDS)).containsExactly("gone");
  }

  /** Any process can say that its environment is somewhere else, and endless. */
  @Test
  void noMoreIsReadOfAnEnvironmentThanAProgramCanBeStartedWith() throws Exception {
    ProcessSweep unused = sweep(run -> true, new CompletableFuture<>());
    assertThat(new SweepPass(id, Map.of(), List.of()).text("/dev/zero")).hasSize(8 << 20);
  }

  /** A process whose name looks like the rest of a stat line. */
  @Test
  void aNameWithBracketsAndBlanksHidesNoChild() throws Exception {
    ProcessSweep sweep = sweep(run -> true, new CompletableFuture<>());
    ProcessBuilder parent =
        new ProcessBuilder(
            "sh", "-c", "printf ') S 1 1 1 (x' >/proc/$$/comm; env -i sleep 300 & wait");
    parent.environment().put("ZKRUN_COOKIE", id + "/lease/named");
    started.add(parent.start());
    ProcessHandle shell = started.get(0).toHandle();
    await()
        .until(
            () ->
                shell
                    .children()
                    .anyMatch(each -> RunFixture.holds(each.pid(), "cmdline", "sleep\0" + "300")));
    long child = shell.children().findFirst().orElseThrow().pid();
    CompletableFuture<Found> found = new CompletableFuture<>();
    sweep.find(search("named"), true, found::complete);
    assertThat(found.get(20, SECONDS).members()).containsOnlyKeys(shell.pid(), child);
    ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
  }
}
