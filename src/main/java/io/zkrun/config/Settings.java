package io.zkrun.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Everything that can be set, checked. The order in which sources override each other: the file,
 * {@code ZKRUN_CONNECT}, system properties, the command line.
 *
 * @param effective every setting with the value that holds and its origin, for people; none of them
 *     is a secret
 */
public record Settings(
    Mode mode,
    ZooKeeperSettings zookeeper,
    MasterSettings master,
    WorkerSettings worker,
    TaskSettings task,
    MetricsSettings metrics,
    List<Effective> effective) {

  /**
   * Reads all sources.
   *
   * @throws MistakenSettingsException with every mistake in any of them, overridden values included
   */
  public static Settings load(Sources sources) throws MistakenSettingsException {
    List<Mistake> mistakes = new ArrayList<>();
    Values values = new Values(sources, mistakes);
    values.take(Reading.read(sources, mistakes));
    Consistency.check(values, mistakes);
    if (!mistakes.isEmpty()) {
      Collections.sort(mistakes);
      throw new MistakenSettingsException(mistakes);
    }
    return of(values);
  }

  private static Settings of(Values values) {
    return new Settings(
        values.get(Catalog.MODE),
        zookeeper(values),
        master(values),
        worker(values),
        new TaskSettings(
            values.get(Catalog.ON_LOST),
            values.get(Catalog.KILL_AFTER),
            values.get(Catalog.OUTPUT_LIMIT)),
        new MetricsSettings(values.get(Catalog.METRICS_LISTEN)),
        List.copyOf(values.effective()));
  }

  private static ZooKeeperSettings zookeeper(Values values) {
    return new ZooKeeperSettings(
        values.get(Catalog.CONNECT),
        values.get(Catalog.CONNECT_TIMEOUT),
        values.get(Catalog.JUTE_MAX_BUFFER),
        new ZooKeeperSettings.SessionTimeouts(
            values.get(Catalog.SESSION_MASTER),
            values.get(Catalog.SESSION_WORKER),
            values.get(Catalog.SESSION_CLIENT)));
  }

  private static MasterSettings master(Values values) {
    return new MasterSettings(
        values.get(Catalog.WORKER_LOST_AFTER),
        values.get(Catalog.LOST_LIMIT),
        values.get(Catalog.RESYNC_INTERVAL),
        new MasterSettings.Retention(
            values.get(Catalog.MIN_AGE),
            values.get(Catalog.MAX_AGE),
            values.get(Catalog.MAX_COUNT),
            values.get(Catalog.MAX_BYTES)),
        new MasterSettings.History(
            values.get(Catalog.HISTORY_FILE), values.get(Catalog.HISTORY_MAX_SIZE)));
  }

  private static WorkerSettings worker(Values values) {
    return new WorkerSettings(
        values.get(Catalog.NAME),
        values.get(Catalog.SLOTS),
        Collections.unmodifiableMap(values.labels()),
        values.get(Catalog.SPOOL),
        values.get(Catalog.LEASE),
        values.get(Catalog.LEAVE_BACKGROUND),
        values.get(Catalog.TRACKING),
        new WorkerSettings.SpoolRetention(
            values.get(Catalog.SPOOL_AGE), values.get(Catalog.SPOOL_BYTES)));
  }
}
