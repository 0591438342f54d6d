package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterIdTest {
  private static final ClusterId TREE = new ClusterId("u", 0x100000004L, 1_700_000_000_000L);

  @ParameterizedTest
  @CsvSource({
    "itself,                            u, 4294967300, 1700000000000, true",
    "its data were overwritten,        '', 4294967300, 1700000000000, true",
    "and a master has named it anew,    v, 4294967300, 1700000000000, true",
    "read by an older zkrun,            u,          0,             0, true",
    "copied by hand,                    u,          9,             9, true",
    "wiped and led again,               v, 4294967300, 1700000000001, false",
    "wiped and not led yet,            '', 4294967300, 1700000000001, false",
    "its number at another time,       '',          9, 1700000000000, false",
    "not known,                        '',          0,             0, false",
  })
  void aTreeIsKnownByItsUuidOrByItsBirth(
      String what, String uuid, long czxid, long ctimeMillis, boolean same) {
    ClusterId seen = new ClusterId(uuid, czxid, ctimeMillis);
    assertThat(TREE.isSameAs(seen)).as(what).isEqualTo(same);
    assertThat(seen.isSameAs(TREE)).as(what).isEqualTo(same);
  }

  @Test
  void whatIsNotKnownIsTheSameAsNothing() {
    assertThat(ClusterId.NONE.isNone()).isTrue();
    assertThat(ClusterId.NONE.isSameAs(ClusterId.NONE)).isFalse();
  }

  @Test
  void itsTextIsReadBackAndThatOfAnOlderZkrunIsTheUuidAlone() {
    for (ClusterId id : new ClusterId[] {TREE, TREE.withUuid(""), ClusterId.NONE}) {
      assertThat(ClusterId.parse(id.text())).isEqualTo(id);
    }
    assertThat(ClusterId.parse("0b7a-4f")).isEqualTo(new ClusterId("0b7a-4f", 0, 0));
    assertThat(ClusterId.parse("a@zz.1")).isEqualTo(new ClusterId("a@zz.1", 0, 0));
  }
}
