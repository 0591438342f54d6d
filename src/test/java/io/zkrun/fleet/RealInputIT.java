package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task for every file of the system's documentation, held against {@code xargs}. */
class RealInputIT {
  private static final Path DOCUMENTATION = Path.of("/usr/share/doc");
  private static final int ENOUGH = 500;
  private static final int SOME = 300;

  @TempDir Path dir;

  @Test
  @Tag("slow")
  void everyFileIsSummedOnceAndRight() throws IOException, InterruptedException {
    sum(files());
  }

  @Test
  void someFilesAreSummedOnceAndRight() throws IOException, InterruptedException {
    sum(files().subList(0, SOME));
  }

  private void sum(List<String> files) throws IOException, InterruptedException {
    byte[] names = String.join("\0", files).concat("\0").getBytes(StandardCharsets.UTF_8);
    List<String> expected = xargs(names, "cksum");
    Path runs = dir.resolve("runs");
    try (Fleet fleet = new Fleet(dir)) {
      fleet.zookeeper();
      fleet.master();
      fleet.master();
      for (String name : List.of("vm1", "vm2", "vm3")) {
        fleet.worker(name, 2);
      }
      long begun = System.nanoTime();
      String command = "cksum {} && echo \"$ZKRUN_TASK_ID $ZKRUN_ATTEMPT\" >> " + runs;
      List<String> ids =
          fleet.zkrunWithInput(names, "submit", "--each", "-", "-0", command).expect(0).lines();
      Duration submitted = since(begun);
      assertThat(ids).hasSameSizeAs(expected).doesNotHaveDuplicates().isSorted();
      byte[] input = String.join("\n", ids).getBytes(StandardCharsets.UTF_8);
      fleet.zkrunWithInput(input, "wait", "-").expect(0);
      report(ids.size(), submitted, since(begun));

      assertThat(outputs(fleet, ids)).isEqualTo(expected);
      assertThat(Files.readAllLines(runs))
          .containsExactlyInAnyOrderElementsOf(ids.stream().map(id -> id + " 1").toList());
    }
  }

  private static List<String> outputs(Fleet fleet, List<String> ids) {
    int atOnce = 500;
    List<String> outputs = new ArrayList<>();
    try (FleetClient client = new FleetClient(fleet.connect())) {
      for (int i = 0; i < ids.size(); i += atOnce) {
        outputs.addAll(client.outputs(ids.subList(i, Math.min(ids.size(), i + atOnce))));
      }
    }
    return outputs.stream().map(String::stripTrailing).toList();
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static void report(int tasks, Duration submitted, Duration all) {
    System.out.printf(
        "%d tasks: submitted in %.1f s, ended after %.1f s, %.0f tasks/s%n",
        tasks,
        submitted.toMillis() / 1000.0,
        all.toMillis() / 1000.0,
        tasks * 1000.0 / all.toMillis());
  }

  /** A machine without documentation gets files of the test's own. */
  private List<String> files() throws IOException {
    List<String> found = List.of();
    if (Files.isDirectory(DOCUMENTATION)) {
      try (Stream<Path> all = Files.walk(DOCUMENTATION)) {
        found = all.filter(Files::isRegularFile).map(Path::toString).sorted().toList();
      }
    }
    if (found.size() >= ENOUGH) {
      return found;
    }
    System.out.println("only " + found.size() + " files below " + DOCUMENTATION + "; making some");
    Path folder = Files.createDirectory(dir.resolve("it's a folder"));
    for (int i = 0; i < ENOUGH; i++) {
      Files.writeString(folder.resolve("file $" + i), "content " + i + "\n".repeat(i));
    }
    return IntStream.range(0, ENOUGH)
        .mapToObj(i -> folder.resolve("file $" + i).toString())
        .toList();
  }

  /** The lines that {@code program} prints when xargs gives it one name at a time. */
  private List<String> xargs(byte[] names, String program)
      throws IOException, InterruptedException {
    Path input = Files.write(dir.resolve("names"), names);
    Process process =
        new ProcessBuilder("xargs", "-0", "-n1", program)
            .redirectInput(input.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (InputStream in = process.getInputStream()) {
      in.transferTo(out);
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
