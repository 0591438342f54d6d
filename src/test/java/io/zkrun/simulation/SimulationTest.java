package io.zkrun.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.simulation.Simulation.Fault;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Seeds 1 to {@code -Dsimulation.seeds} (default 60), or the single {@code -Dsimulation.seed} that
 * a failure names.
 */
class SimulationTest {
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
}
