package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"nightly", "a", "0", "A.b_c-9", "task", "task-", "task-12a", "Task-12"})
  void aClientMayChooseIt(String text) {
    assertThat(TaskId.isName(text)).isTrue();
    assertThat(TaskId.parse(text)).contains(new TaskId(text));
    assertThat(new TaskId(text).isSequential()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "-a", "_a", "a/b", "a b", "a\n", "é", "task-1", "task-00000000001"})
  void neitherANameNorAnId(String text) {
    assertThat(TaskId.isName(text)).isFalse();
    assertThat(TaskId.parse(text)).isEmpty();
    assertThatThrownBy(() -> new TaskId(text)).hasMessageContaining(text);
  }

  @Test
  void zooKeeperGivesTenDigits() {
    assertThat(TaskId.isName("task-0000000042")).isFalse();
    assertThat(new TaskId("task-0000000042").isSequential()).isTrue();
  }

  @Test
  void aNameHasAtMost128Characters() {
    assertThat(TaskId.isName("a".repeat(128))).isTrue();
    assertThat(TaskId.isName("a".repeat(129))).isFalse();
  }
}
