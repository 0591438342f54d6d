package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Input that can't be read, or is none. */
class UnreadableInputTest {
  @TempDir Path dir;
  private final CliWorld world = new CliWorld();

  @Test
  void aFolderHoldsNoLines() {
    CliWorld.Left left = world.zkrun("submit", "--each", dir.toString(), "echo {}");
    assertThat(left.code()).isEqualTo(64);
    assertThat(left.out()).isEmpty();
    assertThat(left.err())
        .isEqualTo(
            "zkrun: --each: cannot read '"
                + dir
                + "': Is a directory; nothing from line 1 on was submitted\n");
  }

  @Test
  void noLinesAreNoTasks() {
    CliWorld.Left left = world.zkrun("submit", "--each", "-", "echo {}");
    assertThat(left).isEqualTo(new CliWorld.Left(0, "", ""));
  }

  @Test
  void noIdsAreNothingToWaitFor() {
    assertThat(world.zkrun("wait", "-")).isEqualTo(new CliWorld.Left(0, "", ""));
  }

  @Test
  void aWordThatIsNoIdIsNotShownWhole() {
    world.in = "\0".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    CliWorld.Left left = world.zkrun("wait", "-");
    assertThat(left.code()).isEqualTo(66);
    assertThat(left.err()).contains("…' is no task id; ids look like").hasSizeLessThan(1_000);
  }
}
