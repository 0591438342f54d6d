package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import java.util.List;

/** What a command that a test ran to its end has left. */
public record Ran(int code, Bytes out, Bytes err) {
  public String stdout() {
    return out.lossy();
  }

  public String stderr() {
    return err.lossy();
  }

  public List<String> lines() {
    return stdout().lines().toList();
  }

  /** Fails unless the exit code was {@code expected}. */
  public Ran expect(int expected) {
    assertThat(code)
        .as("exit code%nstdout:%n%s%nstderr:%n%s", stdout(), stderr())
        .isEqualTo(expected);
    return this;
  }

  @Override
  public String toString() {
    return "exit code " + code + "\nstdout:\n" + stdout() + "\nstderr:\n" + stderr();
  }
}
