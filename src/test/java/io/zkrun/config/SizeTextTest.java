package io.zkrun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTextTest {
  @ParameterizedTest
  @CsvSource({
    "0B, 0",
    "17B, 17",
    "64KiB, 65536",
    "64 KiB, 65536",
    "' 1MiB ', 1048576",
    "10GiB, 10737418240",
    "1024TiB, 1125899906842624",
  })
  void wholeNumbersWithUnitsAreRead(String text, long bytes) {
    assertThat(SizeText.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "64      | the unit is missing; write B, KiB, MiB, GiB or TiB after the number, such as 64B",
        "64MB    | unknown unit 'MB'; sizes are written with B, KiB, MiB, GiB or TiB (powers of"
            + " 1024), such as 64MiB",
        "64k     | unknown unit 'k'; sizes are written with B, KiB, MiB, GiB or TiB (powers of"
            + " 1024), such as 64KiB",
        "64gib   | unknown unit 'gib'; sizes are written with B, KiB, MiB, GiB or TiB (powers of"
            + " 1024), such as 64GiB",
        "5bytes  | unknown unit 'bytes'; sizes are written with B, KiB, MiB, GiB or TiB (powers of"
            + " 1024), such as 5B",
        "1025TiB | too large; no size exceeds 1024TiB",
        "999999999999999999TiB | too large; no size exceeds 1024TiB",
      })
  void theMessageSaysWhatWouldBeRight(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SizeText.parse(text))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"''", "MiB", "-1B", "1.5GiB", "1GiB 5MiB", "0x10B", "9999999999999999999B"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SizeText.parse(text))
        .withMessage(
            "not a size; write a whole number with its unit (B, KiB, MiB, GiB, TiB), such as"
                + " 64KiB");
  }
}
