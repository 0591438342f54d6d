package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The completion script is a file, which the launcher prints without a JVM. */
class CompletionTest {
  private static final Path SHIPPED = Path.of("dist/completion.bash");
  private static final Path MADE = Path.of("target/completion.bash");

  @TempDir Path dir;

  private static String made() {
    Terminal terminal =
        new Terminal(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            Map.of(),
            false);
    Clients none =
        settings -> {
          throw new AssertionError("the cluster was asked");
        };
    return CompletionCommand.script(new Cli(terminal, none).commandLine());
  }

  @Test
  void theShippedOneIsThatOfTheCommandsAsTheyAre() throws IOException {
    String made = made();
    if (!made.equals(Files.readString(SHIPPED))) {
      Files.writeString(MADE, made);
      assertThat(SHIPPED)
          .as("the commands have changed: cp %s %s", MADE, SHIPPED)
          .content()
          .isEqualTo(made);
    }
  }

  private String run(String... words) throws Exception {
    Path out = dir.resolve("out");
    Process process =
        new ProcessBuilder(words).redirectOutput(out.toFile()).redirectErrorStream(true).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out);
  }

  /** With a PATH that has no Java, and nothing built. */
  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void theLauncherPrintsItWithoutJava(String shell) throws Exception {
    Path home = Files.createDirectories(dir.resolve("home"));
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(Path.of("bin/zkrun"), home.resolve("bin/zkrun"));
    Files.copy(SHIPPED, home.resolve("lib/completion.bash"));
    assertThat(run("sh", home + "/bin/zkrun", "completion", shell))
        .isEqualTo(Files.readString(SHIPPED));
  }

  @ParameterizedTest
  @CsvSource({
    "sub, submit",
    "list --state, pending assigned running retrying held cancelling done failed cancelled",
    "cancel --state r, running retrying",
    "submit --on-lost, rerun fail hold",
    "run --output, table json quiet",
    "list --output q, quiet",
    "release --as, rerun fail",
    "completion, bash zsh",
  })
  void bashOffersTheValuesOfAnOption(String words, String offered) throws Exception {
    boolean begun = words.matches(".* [a-z]|sub");
    String line = "zkrun " + words + (begun ? "" : " ''");
    String script =
        ". "
            + SHIPPED
            + "; compopt() { :; }; COMP_WORDS=("
            + line
            + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_zkrun; echo ${COMPREPLY[@]}";
    assertThat(run("bash", "-c", script).strip()).isEqualTo(offered);
  }
}
