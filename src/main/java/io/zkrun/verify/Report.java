package io.zkrun.verify;

import java.util.List;
import java.util.Map;

/**
 * What a drill has shown.
 *
 * @param faults each kind that was possible
 * @param unusable why other kinds were not
 * @param missed why some were not done
 * @param violations empty where every promise was kept
 */
public record Report(
    DrillOptions options,
    List<FaultCount> faults,
    List<String> unusable,
    List<String> missed,
    Figures figures,
    List<Violation> violations) {

  /** How often a fault was done, and how often it must be. */
  public record FaultCount(FaultKind kind, int done, int atLeast) {}

  /**
   * @param acknowledged tasks of which the client was told that they are submitted
   * @param refused tasks of which it was not
   * @param ends how many tasks ended how, by state and outcome
   * @param started attempts whose command began
   * @param reruns those beyond a task's first
   * @param adopted attempts that outlived the daemon that had started them, and ended by themselves
   * @param purged tasks that a master has moved to its history
   * @param elections during the drill
   * @param longestTakeoverMillis from a fault of the leading master to the next one's election
   * @param seconds from the first submission to the last task's end
   */
  public record Figures(
      int acknowledged,
      int refused,
      Map<String, Integer> ends,
      int started,
      int reruns,
      int adopted,
      int purged,
      int elections,
      long longestTakeoverMillis,
      double seconds) {
    /** Tasks that ended, a second. */
    public double perSecond() {
      return acknowledged / Math.max(0.001, seconds);
    }
  }

  /** Processes that were killed. */
  public int kills() {
    return faults.stream()
        .filter(each -> each.kind().name().endsWith("_KILLED"))
        .mapToInt(FaultCount::done)
        .sum();
  }

  /** Whether all faults were done as often as they must be. */
  public boolean faultsWereDone() {
    return faults.stream().allMatch(each -> each.done() >= each.atLeast());
  }

  /** Whether all faults were done and every promise was kept. */
  public boolean held() {
    return violations.isEmpty() && faultsWereDone();
  }
}
