package io.zkrun.verify;

import io.zkrun.verify.Fault.Comeback;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which faults happen when: the same seed gives the same plan. Each kind has its share of the time
 * to itself, so that it happens as often as it must, and lands anywhere within that share.
 */
final class FaultPlan {
  /** The cluster works for a moment before the first fault, and the last is early enough to end. */
  private static final double FIRST = 0.04;

  private static final double LAST = 0.88;
  private static final long BEYOND_LEASE_MILLIS = Timing.LEASE_MILLIS + 1_500L;
  private static final long BEYOND_LOSS_MILLIS =
      Timing.WORKER_SESSION_MILLIS + Timing.LOST_AFTER_MILLIS + 2_000L;

  private final Random random;
  private final long durationMillis;
  private final List<Fault> faults = new ArrayList<>();

  private FaultPlan(long seed, long durationMillis) {
    random = new Random(seed);
    this.durationMillis = durationMillis;
  }

  /**
   * @param had what this machine has of what faults need
   * @return in the order of their times
   */
  static List<Fault> of(long seed, long durationMillis, Set<FaultKind.Need> had) {
    FaultPlan plan = new FaultPlan(seed, durationMillis);
    for (FaultKind kind : FaultKind.values()) {
      if (had.contains(kind.need())) {
        plan.add(kind);
      }
    }
    plan.faults.sort(Comparator.comparingLong(Fault::atMillis));
    return List.copyOf(plan.faults);
  }

  private void add(FaultKind kind) {
    int count = kind.atLeast(durationMillis);
    List<Comeback> comebacks = comebacks(count);
    double share = durationMillis * (LAST - FIRST) / count;
    for (int i = 0; i < count; i++) {
      long at = Math.round(durationMillis * FIRST + share * (i + random.nextDouble()));
      Comeback comeback = kind == FaultKind.WORKER_KILLED ? comebacks.get(i) : Comeback.AT_ONCE;
      long hold = holdMillis(kind, comeback);
      faults.add(new Fault(kind, at, random.nextInt(1 << 16), hold, comeback));
    }
  }

  /** As many of each, in any order. */
  private List<Comeback> comebacks(int count) {
    List<Comeback> all = new ArrayList<>();
    while (all.size() < count) {
      List<Comeback> each = new ArrayList<>(List.of(Comeback.values()));
      Collections.shuffle(each, random);
      all.addAll(each);
    }
    return all;
  }

  private long holdMillis(FaultKind kind, Comeback comeback) {
    return switch (kind) {
      case WORKER_KILLED -> comeback == Comeback.LATE ? beyondLease() : 0;
      case WORKER_STALLED, WORKER_CUT_OFF -> beyondLease();
      // Once another one leads.
      case MASTER_STALLED, MASTER_CUT_OFF -> 500L + random.nextInt(2_000);
      case SERVER_KILLED -> random.nextInt(2_000);
      case SPOOL_FILLED -> 1_000L + random.nextInt(3_000);
      case SERVER_CUT_OFF, SERVER_DISK_SLOW -> 3_000L + random.nextInt(3_000);
      case MASTER_KILLED, MASTER_DELETED -> 0;
    };
  }

  /** Now and then until the worker has been declared lost, too. */
  private long beyondLease() {
    long beyond = random.nextInt(3) == 0 ? BEYOND_LOSS_MILLIS : BEYOND_LEASE_MILLIS;
    return beyond + random.nextInt(1_500);
  }
}
