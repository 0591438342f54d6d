package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final long SENT = 1_000_000;

  private final Lease lease = new Lease(12_000, 5_000);

  @Test
  void nothingMayRunBeforeTheFirstAcknowledgedWrite() {
    assertThat(lease.isOver(0)).isTrue();
    assertThat(lease.allowsStart(0)).isFalse();
  }

  @Test
  void itCountsFromTheSendingOfTheWrite() {
    assertThat(lease.acknowledge(SENT)).isTrue();
    assertThat(lease.killAt()).isEqualTo(SENT + 12_000);
    assertThat(lease.termAt()).isEqualTo(SENT + 10_500);
    assertThat(lease.renewAt()).isEqualTo(SENT + 1_500);
  }

  @Test
  void itIsOverWhenTreesAreAskedToEnd() {
    lease.acknowledge(SENT);
    assertThat(lease.isOver(SENT + 10_499)).isFalse();
    assertThat(lease.isOver(SENT + 10_500)).isTrue();
  }

  @Test
  void nothingStartsOnceItIsToBeRenewed() {
    lease.acknowledge(SENT);
    assertThat(lease.allowsStart(SENT + 1_499)).isTrue();
    assertThat(lease.allowsStart(SENT + 1_500)).isFalse();
  }

  @Test
  void anOlderWriteThatIsAcknowledgedLaterDoesNotShortenIt() {
    lease.acknowledge(SENT);
    assertThat(lease.acknowledge(SENT - 1)).isFalse();
    assertThat(lease.acknowledge(SENT)).isFalse();
    assertThat(lease.killAt()).isEqualTo(SENT + 12_000);
    assertThat(lease.acknowledge(SENT + 1)).isTrue();
    assertThat(lease.killAt()).isEqualTo(SENT + 12_001);
  }

  @Test
  void aLateAcknowledgementGivesItBack() {
    lease.acknowledge(SENT);
    assertThat(lease.isOver(SENT + 20_000)).isTrue();
    lease.acknowledge(SENT + 19_000);
    assertThat(lease.isOver(SENT + 20_000)).isFalse();
  }

  @Test
  void theTimeToEndIsAtMostAnEighthOfIt() {
    Lease patient = new Lease(12_000, 60_000);
    patient.acknowledge(SENT);
    assertThat(patient.termAt()).isEqualTo(SENT + 10_500);
    Lease impatient = new Lease(12_000, 0);
    impatient.acknowledge(SENT);
    assertThat(impatient.termAt()).isEqualTo(impatient.killAt());
  }

  /** However the failure falls between two renewals. */
  @Test
  void writesMayFailForThreeQuartersOfItBeforeAnythingIsEnded() {
    lease.acknowledge(SENT);
    long failsFrom = lease.renewAt();
    assertThat(lease.termAt() - failsFrom).isEqualTo(9_000);
  }
}
