package io.zkrun.znode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatTest {
  /** As a server shows them: the cversion of what was created twice, less what is there. */
  @ParameterizedTest
  @CsvSource({"0, 0", "7, 3", "7, 7", "1073741823, 5", "1073741829, 5", "2147483647, 100000"})
  void tellsHowManyWereCreatedAlsoPastTheCountersHalf(long created, int children) {
    int cversion = (int) (2 * created - children);
    assertThat(new Stat(1, 1, 0, 0, 0, cversion, 0, children).created()).isEqualTo(created);
  }
}
