package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.EndCause;
import io.zkrun.core.NotReady;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What its host could not start is told from what could not be started anywhere. */
class RefusalTest {
  private static final Path SPOOL = Path.of("/spool");

  @TempDir Path dir;
  private Run run;

  @BeforeEach
  void make() throws IOException {
    has("meta", "end=meta\n");
    run = new Run(new RunFolder(dir), 100, null, Instant.EPOCH);
  }

  private void has(String file, String text) throws IOException {
    Files.writeString(dir.resolve(file), text);
  }

  /** What stands in its file after the line that names the watching shell. */
  private void says(String notices) throws IOException {
    has("pid", "1 (sh) S\n" + notices);
  }

  private @Nullable String code() {
    NotReady why = run.refused(SPOOL);
    return why == null ? null : why.code();
  }

  /** The shell's own fork, or what it writes before the command, has failed. */
  @ParameterizedTest
  @CsvSource({
    "2, /s/launch.sh: 8: Cannot fork, noProcesses",
    "254, /s/launch.sh: fork: retry: Resource temporarily unavailable, noProcesses",
    "125, /s/launch.sh: 6: cannot create pid: No space left on device, spoolFull",
    "125, /s/launch.sh: 6: cannot create pid: Disk quota exceeded, spoolFull",
    "125, /s/launch.sh: 6: cannot create pid: Read-only file system, spoolFails",
    "125, /s/launch.sh: 6: cannot create pid: Too many open files, noFiles",
    "125, '', spoolFails",
  })
  void beforeItsCommandTheShellFails(int shellCode, String said, String code) throws IOException {
    says(said + "\n");
    run.shellCode = shellCode;
    assertThat(code()).isEqualTo(code);
  }

  @Test
  void theOutputCannotBeMade() throws IOException {
    has("failed", "exec\n");
    says("/s/launch.sh: 9: cannot create /spool/tasks/1-2-a/stdout: No space left on device\n");
    run.shellCode = 2;
    assertThat(code()).isEqualTo("spoolFull");
  }

  @Test
  void notEvenItsOwnFileCanBeMade() {
    run.shellCode = 2;
    assertThat(code()).isEqualTo("spoolFails");
  }

  @Test
  void aCommandOrAWorkingFolderMayBearTheNameOfAnError() throws IOException {
    has("failed", "exec\n");
    has("stderr", "./task: 9: exec: No space left on device: not found\n");
    says("");
    has("exit", "127 1.00 end\n");
    run.shellCode = 127;
    assertThat(code()).isNull();
  }

  @Test
  void ofAMachineThatIsRestartedNothingIsKnown() {
    assertThat(code()).isNull();
  }

  @Test
  void whatHasStartedIsNotRefused() throws IOException {
    has("stdout", "");
    says("Cannot fork\n");
    run.shellCode = 2;
    assertThat(code()).isNull();
  }

  @Test
  void whatWasEndedIsNotRefused() throws IOException {
    says("Cannot fork\n");
    run.shellCode = 2;
    run.because(EndCause.CANCELLED, Duration.ZERO);
    assertThat(code()).isNull();
  }

  @Test
  void ofAShellThatWasNotOursNothingIsKnown() throws IOException {
    says("Cannot fork\n");
    assertThat(code()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "'Cannot run program \"/bin/sh\": error=11, Resource temporarily unavailable', noProcesses",
    "'Cannot run program \"/bin/sh\": error=12, Cannot allocate memory', noProcesses",
    "'Cannot run program \"/bin/sh\": error=24, Too many open files', noFiles",
    "/spool/tasks/1-2-a/meta: No space left on device, spoolFull",
    "/spool/tasks/1-2-a: Permission denied, spoolFails",
    "Input/output error, spoolFails",
  })
  void whatTheKernelSays(String message, String code) {
    NotReady why = HostTrouble.of(SPOOL, new IOException(message));
    assertThat(why.code()).isEqualTo(code);
    assertThat(why.message()).isNotBlank();
  }
}
