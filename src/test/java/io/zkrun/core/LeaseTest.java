package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final long LEASE = 13_000;

  @Test
  void nothingStartsThatWouldBeAskedToEndBeforeARenewalCanCome() {
    for (long killAfter : new long[] {0, 1_000, 6_500, 10_000, 60_000}) {
      Lease lease = new Lease(LEASE, killAfter);
      assertThat(lease.allowsStart(0)).isFalse();
      lease.acknowledge(0);
      long lastStart = lease.renewAt() - 1;
      assertThat(lease.allowsStart(lastStart)).isTrue();
      assertThat(lease.allowsStart(lease.renewAt())).isFalse();
      assertThat(lease.termAt() - lastStart).isGreaterThanOrEqualTo(LEASE / 6);
    }
  }

  @Test
  void onlyALaterWriteMovesTheEnd() {
    Lease lease = new Lease(LEASE, 10_000);
    assertThat(lease.isOver(0)).isTrue();
    assertThat(lease.acknowledge(1_000)).isTrue();
    assertThat(lease.acknowledge(1_000)).isFalse();
    assertThat(lease.acknowledge(500)).isFalse();
    assertThat(lease.killAt()).isEqualTo(1_000 + LEASE);
    assertThat(lease.termAt()).isEqualTo(1_000 + LEASE / 2);
    assertThat(lease.isOver(lease.termAt() - 1)).isFalse();
    assertThat(lease.isOver(lease.termAt())).isTrue();
  }
}
