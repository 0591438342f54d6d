package io.zkrun.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.simulation.Simulation.Fault;
import io.zkrun.znode.ClusterNode;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Seeds 1 to {@code -Dsimulation.seeds} (default 60), or the single {@code -Dsimulation.seed} that
 * a failure names.
 */
class SimulationTest {
  private static final long MUTANT_SEEDS = 60;

  @Test
  void everyTaskEndsOnceWhateverHappens() {
    Long only = Long.getLong("simulation.seed");
    long first = only == null ? 1 : only;
    long last = only == null ? Long.getLong("simulation.seeds", 60) : only;
    Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    for (long seed = first; seed <= last; seed++) {
      Simulation simulation = new Simulation(seed);
      try {
        simulation.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            e.getMessage() + "\nreplay: mvn test -Dtest=SimulationTest -Dsimulation.seed=" + seed,
            e);
      }
      simulation.faults.forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
    }
    if (only == null) {
      assertThat(faults).containsOnlyKeys(Fault.values());
    }
  }

  /** What the simulation would not notice, it does not hold. */
  @Test
  void aMasterThatDoesNotCheckItsEpochIsCaught() {
    assertThat(isCaughtWithout(ClusterNode.PATH::equals)).isTrue();
  }

  private static boolean isCaughtWithout(Predicate<String> checks) {
    for (long seed = 1; seed <= MUTANT_SEEDS; seed++) {
      try {
        new Simulation(seed).leaveUnchecked(checks).run();
      } catch (AssertionError e) {
        return true;
      }
    }
    return false;
  }
}
