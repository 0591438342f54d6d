package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpawnFailureTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cwd  | 126 | /s/launch.sh: 2: cd: can't cd to /x | cannot enter the working folder /x",
        "cwd  | 126 | ./task: line 2: cd: /x: No such file or directory"
            + " | cannot enter the working folder /x: No such file or directory",
        "exec | 127 | /s/launch.sh: 8: exec: nosuch: not found"
            + " | cannot start the command: nosuch: not found",
        "exec | 127 | ./task: line 8: exec: nosuch: not found"
            + " | cannot start the command: nosuch: not found",
        "exec | 126 | /s/launch.sh: 8: exec: /etc/passwd: Permission denied"
            + " | cannot start the command: not executable: /etc/passwd: Permission denied",
        "exec | 126 | /etc: is a folder"
            + " | cannot start the command: not executable: /etc: is a folder",
        "exec | 127 | '' | cannot start the command: not found",
      })
  void tellsWhatAndWhyInPlainWords(String stage, int code, String said, String reason) {
    assertThat(SpawnFailure.reason(stage, code, said)).isEqualTo(reason);
  }
}
