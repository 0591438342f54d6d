package io.zkrun.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Seeds 1 to {@code -Dsimulation.seeds} (default 10,000; millions are a matter of patience), or the
 * single {@code -Dsimulation.seed} that a failure names.
 */
class SimulationTest {
  private static final long SEEDS = 10_000;
  private static final long MUTANT_SEEDS = 2_000;

  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong purged = new AtomicLong();

  @Test
  void everyTaskEndsOnceWhateverHappens() {
    Long only = Long.getLong("simulation.seed");
    if (only != null) {
      run(only);
      return;
    }
    LongStream.rangeClosed(1, Long.getLong("simulation.seeds", SEEDS))
        .parallel()
        .forEach(this::run);
    System.out.println(steps + " steps, " + purged + " tasks purged, faults " + faults);
    assertThat(faults).containsOnlyKeys(Fault.values());
    assertThat(purged).hasPositiveValue();
  }

  private void run(long seed) {
    Simulation simulation = new Simulation(seed);
    try {
      simulation.run();
      assertThat(simulation.steps()).isGreaterThanOrEqualTo(Simulation.STEPS);
      assertThat(simulation.tasks()).isGreaterThanOrEqualTo(Simulation.TASKS);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          e.getMessage() + "\nreplay: mvn test -Dtest=SimulationTest -Dsimulation.seed=" + seed, e);
    }
    steps.addAndGet(simulation.steps());
    purged.addAndGet(simulation.purged());
    synchronized (faults) {
      simulation.faults().forEach((fault, count) -> faults.merge(fault, (long) count, Long::sum));
    }
  }

  /** What the simulation would not notice, it does not hold. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void noticesWhatARuleIsGoodFor(Mutant mutant) {
    assertThat(caughtBy(mutant)).as("%s is caught", mutant).isPositive();
  }

  private static long caughtBy(Mutant mutant) {
    return LongStream.rangeClosed(1, MUTANT_SEEDS)
        .parallel()
        .filter(seed -> isCaught(mutant, seed))
        .findAny()
        .orElse(-1);
  }

  private static boolean isCaught(Mutant mutant, long seed) {
    try {
      new Simulation(seed, mutant).run();
      return false;
    } catch (AssertionError | RuntimeException e) {
      System.out.println(mutant + " is caught by seed " + seed + ": " + e.getMessage());
      return true;
    }
  }
}
