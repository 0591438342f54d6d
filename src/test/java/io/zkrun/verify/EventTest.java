package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {
  @Test
  void readsWhatTheCommandsWrite() {
    assertThat(Event.parse("start task-0000000007 2 4294967311 4711 123456.78"))
        .contains(new Event(Event.Kind.START, "task-0000000007", 2, 4294967311L, 4711, 12345678));
    assertThat(Event.parse("beat drill-3 1 5 6 0.07").orElseThrow().at()).isEqualTo(7);
    assertThat(Event.parse("end drill-3 1 5 6 1.00").orElseThrow().kind())
        .isEqualTo(Event.Kind.END);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "start",
        "begin task-1 1 5 6 1.00",
        "start task-1 1 5 6",
        "start task-1 x 5 6 1.00",
        "start task-1 1 5 6 1.00 end task-1 1 5 6 1.00",
      })
  void refusesWhatTheyCannotHaveWritten(String line) {
    assertThat(Event.parse(line)).isEmpty();
  }
}
