package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReasonTest {
  @Test
  void whatPeopleWriteBecomesOneLineOfBoundedLength() {
    assertThat(Reason.of("enough")).isEqualTo("enough");
    assertThat(Reason.of("a\nb\u001b[2J")).isEqualTo("a\\nb\\x1b[2J");
    assertThat(Reason.of("x".repeat(400_000))).hasSize(Reason.LENGTH_MAX + 3).endsWith("x...");
    byte[] noText = new byte[400_000];
    noText[7] = (byte) 0xff;
    assertThat(Reason.of(Bytes.of(noText))).hasSize(Reason.LENGTH_MAX + 3).contains("\\xff");
    assertThat(Reason.of(Bytes.utf8("\u20ac".repeat(5_000))))
        .isEqualTo("\u20ac".repeat(Reason.LENGTH_MAX) + "...");
  }

  @Test
  void whatWasBoundedStaysAsItIsFromZnodeToZnode() {
    for (String text : new String[] {"a\nb", "x".repeat(5_000), "\ud83d\ude00".repeat(2_000)}) {
      String once = Reason.of(text);
      assertThat(once.codePoints()).noneMatch(c -> c >= 0xd800 && c <= 0xdfff);
      assertThat(Reason.of(once).length()).isLessThanOrEqualTo(Reason.LENGTH_MAX + 3);
    }
  }
}
