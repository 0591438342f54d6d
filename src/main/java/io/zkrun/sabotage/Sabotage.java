package io.zkrun.sabotage;

import io.zkrun.worker.Runs;
import io.zkrun.znode.Tree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of its protection a daemon goes without. */
public enum Sabotage {
  /** Nothing: the product. */
  NONE("none"),
  /** Writes carry no fence, and a master does not hear that its reign is over. */
  NO_FENCE("no-fence"),
  /** The lease is told to no keeper, and commands whose lease is over run on. */
  NO_LEASE("no-lease");

  /** The system property that chooses. */
  public static final String PROPERTY = "zkrun.sabotage";

  private static final Logger LOG = LoggerFactory.getLogger(Sabotage.class);

  private final String word;

  Sabotage(String word) {
    this.word = word;
  }

  /** As it is written on a command line. */
  public String word() {
    return word;
  }

  /**
   * What this process was started with.
   *
   * @throws IllegalArgumentException for an unknown word
   */
  public static Sabotage ofProcess() {
    Sabotage chosen = of(System.getProperty(PROPERTY, NONE.word));
    if (chosen != NONE) {
      LOG.warn("SABOTAGED ({}): this daemon breaks its promises; never use it", chosen.word);
    }
    return chosen;
  }

  /**
   * @throws IllegalArgumentException for an unknown word
   */
  public static Sabotage of(String word) {
    for (Sabotage each : values()) {
      if (each.word.equals(word)) {
        return each;
      }
    }
    throw new IllegalArgumentException("no-fence and no-lease are known, not '" + word + "'");
  }

  /** A master's sessions. */
  public Tree.Opener ofMaster(Tree.Opener trees) {
    return this == NO_FENCE ? (loop, events) -> new EndlessTree(trees, loop, events) : trees;
  }

  /** A worker's sessions. */
  public Tree.Opener ofWorker(Tree.Opener trees) {
    return this == NO_FENCE ? (loop, events) -> new UnfencedTree(trees.open(loop, events)) : trees;
  }

  /** A worker's commands. */
  public Runs ofWorker(Runs runs) {
    return this == NO_LEASE ? new UnleasedRuns(runs) : runs;
  }
}
