package io.zkrun.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What zkrun has in the tree, in numbers.
 *
 * @param used whether there is anything of zkrun at all
 * @param tasks how many stand there, ended ones included
 * @param nextNumber that the next unnamed task gets
 * @param listBytes that a list of the tasks' names takes on the wire
 * @param serverTime by the leader's clock, of one moment between {@code before} and {@code after}
 * @param before by the clock of this host
 * @param after likewise
 */
public record Survey(
    boolean used,
    Optional<MasterView> master,
    List<WorkerView> workers,
    int tasks,
    long nextNumber,
    long listBytes,
    Instant serverTime,
    Instant before,
    Instant after) {
  public Survey {
    workers = List.copyOf(workers);
  }

  /** How far this host's clock is ahead of the leader's; negative where it is behind. */
  public Duration ahead() {
    return Duration.between(serverTime, before.plus(doubt()));
  }

  /** By how much {@link #ahead} may be wrong, either way. */
  public Duration doubt() {
    return Duration.between(before, after).dividedBy(2);
  }
}
