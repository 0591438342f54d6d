package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exit code that people are shown is the one that decides about a retry. */
class RetryTest {
  @ParameterizedTest
  @CsvSource({
    "TIMEOUT, 3, , 124, true", // a trap's own code
    "TIMEOUT, 3, , 3, false",
    "TIMEOUT, 0, , 124, true",
    "TIMEOUT, , 15, 124, true",
    "TIMEOUT, , 15, 143, false",
    "EXITED, 3, , 3, true",
    "SIGNALED, , 9, 137, true",
    "SPAWN_FAILED, 127, , 127, true",
  })
  void itDecides(Outcome outcome, Integer exitCode, Integer signal, int retryOn, boolean again) {
    Result result =
        new Result(
            Result.State.FAILED,
            outcome,
            exitCode,
            signal,
            null,
            "vm1",
            1,
            null,
            Instant.EPOCH,
            Instant.EPOCH,
            1.0,
            null,
            null,
            Output.EMPTY,
            Output.EMPTY);
    TaskSpec spec =
        TaskSpec.builder(Command.shell("x")).retries(1).retryOn(List.of(retryOn)).build();
    assertThat(spec.retries(result, 0)).isEqualTo(again);
    assertThat(result.clientExitCode() == retryOn).isEqualTo(again);
  }
}
