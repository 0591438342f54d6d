package io.zkrun.config;

import io.zkrun.core.Label;
import io.zkrun.core.OnLost;
import io.zkrun.core.WorkerName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every setting that exists, with its bounds and default: the one place where they are said. */
final class Catalog {
  static final String PREFIX = "zkrun.";
  static final String LABELS_PREFIX = "worker.labels.";

  static final Setting<Mode> MODE =
      Setting.of("mode", Kind.choice(Mode.class), "worker", "What `zkrun daemon` is.");

  static final Setting<ConnectString> CONNECT =
      Setting.of(
          "zookeeper.connect",
          Kind.connect(),
          "127.0.0.1:2181",
          "The ensemble: all of its servers, and the folder of its tree that zkrun lives in.");
  static final Setting<Duration> CONNECT_TIMEOUT =
      Setting.of(
          "zookeeper.connect-timeout",
          Kind.duration("100ms", "10m"),
          "10s",
          "When a client command gives up to reach the ensemble.");
  static final Setting<Integer> JUTE_MAX_BUFFER =
      Setting.of(
          "zookeeper.jute-max-buffer",
          Kind.smallSize("1MiB", "1GiB"),
          "64MiB",
          "The longest answer that is read from ZooKeeper: 100000 tasks need 2 MiB.");
  static final Setting<Duration> SESSION_MASTER = session("master", "6s", "a standby takes over");
  static final Setting<Duration> SESSION_WORKER = session("worker", "15s", "it counts as gone");
  static final Setting<Duration> SESSION_CLIENT = session("client", "15s", "its session ends");

  static final Setting<Duration> WORKER_LOST_AFTER =
      Setting.of(
          "master.worker-lost-after",
          Kind.duration("3s", "30d"),
          "15s",
          "How long a worker may be gone before its tasks are taken from it.\n"
              + "At least worker.lease + 2s.");
  static final Setting<Integer> LOST_LIMIT =
      Setting.of(
          "master.lost-limit",
          Kind.count("1", "1000"),
          "5",
          "After how many lost attempts a task fails instead of being run once more.");
  static final Setting<Duration> RESYNC_INTERVAL =
      Setting.of(
          "master.resync-interval",
          Kind.duration("1m", "7d"),
          "1h",
          "How often the master reads the full state again, for safety.");
  static final Setting<Duration> MIN_AGE =
      Setting.of(
          "master.retention.min-age",
          Kind.duration("10m", "3650d"),
          "10m",
          "Finished tasks younger than this are never purged.");
  static final Setting<Duration> MAX_AGE =
      Setting.of(
          "master.retention.max-age",
          Kind.duration("10m", "3650d"),
          "24h",
          "Finished tasks older than this are purged. At least master.retention.min-age.");
  static final Setting<Integer> MAX_COUNT =
      Setting.of(
          "master.retention.max-count",
          Kind.count("0", "10000000"),
          "10000",
          "Finished tasks beyond this number are purged, oldest first.");
  static final Setting<Long> MAX_BYTES =
      Setting.of(
          "master.retention.max-bytes",
          Kind.size("0B", "64GiB"),
          "256MiB",
          "Finished tasks beyond this size in ZooKeeper are purged, oldest first.");
  static final Setting<Path> HISTORY_FILE =
      new Setting<>(
          "master.history.file",
          Kind.path(),
          Default.derived(
              sources -> StateFolder.of(sources).resolve("history.jsonl").toString(),
              "history.jsonl beside the worker's spool",
              "/var/lib/zkrun/history.jsonl"),
          "Purged tasks are appended to this file.");
  static final Setting<Long> HISTORY_MAX_SIZE =
      Setting.of(
          "master.history.max-size",
          Kind.size("1MiB", "1TiB"),
          "100MiB",
          "At this size the history file is rotated.");

  static final Setting<String> NAME =
      new Setting<>(
          "worker.name",
          Kind.matching(WorkerName.GRAMMAR, WorkerName.WORDS),
          Default.derived(
              HostName::of,
              "the host's name, without its domain where that leaves more than a number",
              "vm1"),
          "The name that the worker registers under.");
  static final Setting<Integer> SLOTS =
      new Setting<>(
          "worker.slots",
          Kind.count("1", "10000"),
          Default.derived(
              sources -> Integer.toString(sources.machine().cpus()), "one per CPU", "4"),
          "How many tasks the worker runs at the same time.");
  static final Setting<String> LABEL =
      new Setting<>(
          LABELS_PREFIX + "NAME",
          Kind.matching(Label.GRAMMAR, Label.WORDS),
          Default.derived(sources -> "", "no labels", "big"),
          "A label, which tasks can require by `--require NAME=VALUE`. As many as you like.");
  static final Setting<Path> SPOOL =
      new Setting<>(
          "worker.spool",
          Kind.path(),
          Default.derived(
              sources -> StateFolder.of(sources).resolve("spool").toString(),
              "spool in systemd's state folder, else in /var/lib/zkrun where that can be\n"
                  + "written, else in ~/.local/state/zkrun",
              "/var/lib/zkrun/spool"),
          "The folder of the worker's running and finished tasks. One daemon uses it at a time.");
  static final Setting<Duration> LEASE =
      Setting.of(
          "worker.lease",
          Kind.duration("3s", "30d"),
          "13s",
          "How long the worker's tasks may run on after its last acknowledged write.\n"
              + "At least 2s less than master.worker-lost-after.");
  static final Setting<Boolean> LEAVE_BACKGROUND =
      Setting.of(
          "worker.leave-background",
          Kind.flag(),
          "false",
          "Whether processes that a command leaves in the background live on.");
  static final Setting<Tracking> TRACKING =
      Setting.of(
          "worker.tracking",
          Kind.choice(Tracking.class),
          "auto",
          "How a task's processes are told apart: by a control group where one can be made\n"
              + "(auto), or by a variable in their environment alone (cookie).");
  static final Setting<Duration> SPOOL_AGE =
      Setting.of(
          "worker.spool-retention.age",
          Kind.duration("1m", "3650d"),
          "7d",
          "How long the full output of finished tasks is kept in the spool.");
  static final Setting<Long> SPOOL_BYTES =
      Setting.of(
          "worker.spool-retention.bytes",
          Kind.size("0B", "1024TiB"),
          "10GiB",
          "Beyond this size the output of finished tasks is removed, oldest first.");

  static final Setting<OnLost> ON_LOST =
      Setting.of(
          "task.on-lost",
          Kind.choice(OnLost.class),
          "rerun",
          "What happens to a task whose worker is lost: it runs again elsewhere, fails, or waits\n"
              + "for the worker or a person.");
  static final Setting<Duration> KILL_AFTER =
      Setting.of(
          "task.kill-after",
          Kind.duration("0s", "1h"),
          "10s",
          "How long after SIGTERM a task that is to end gets SIGKILL.");
  static final Setting<Integer> OUTPUT_LIMIT =
      Setting.of(
          "task.output-limit",
          Kind.smallSize("0B", "256KiB"),
          "64KiB",
          "How much of its standard output, and of its standard error, a task's status holds,\n"
              + "as JSON: a line break counts as two. Past it, the middle is left out.");

  static final Setting<String> METRICS_LISTEN =
      Setting.of(
          "metrics.listen",
          Kind.listen(),
          "",
          "Where metrics are served by HTTP, at /metrics for Prometheus. Anybody who reaches the\n"
              + "address can read them. Each daemon of a host needs an address of its own.");

  /** In the order in which they are listed for people. */
  static final List<Setting<?>> ALL =
      List.of(
          MODE,
          CONNECT,
          CONNECT_TIMEOUT,
          JUTE_MAX_BUFFER,
          SESSION_MASTER,
          SESSION_WORKER,
          SESSION_CLIENT,
          WORKER_LOST_AFTER,
          LOST_LIMIT,
          RESYNC_INTERVAL,
          MIN_AGE,
          MAX_AGE,
          MAX_COUNT,
          MAX_BYTES,
          HISTORY_FILE,
          HISTORY_MAX_SIZE,
          NAME,
          SLOTS,
          LABEL,
          SPOOL,
          LEASE,
          LEAVE_BACKGROUND,
          TRACKING,
          SPOOL_AGE,
          SPOOL_BYTES,
          ON_LOST,
          KILL_AFTER,
          OUTPUT_LIMIT,
          METRICS_LISTEN);

  private Catalog() {}

  /** The setting of this key; every {@code worker.labels.…} is one. */
  static Optional<Setting<?>> find(String key) {
    if (key.startsWith(LABELS_PREFIX)) {
      return Optional.of(LABEL);
    }
    return ALL.stream()
        .<Setting<?>>map(setting -> setting)
        .filter(setting -> setting.key().equals(key))
        .findFirst();
  }

  /** Whether settings stand below this key: {@code worker}, {@code worker.labels}. */
  static boolean isBlock(String key) {
    return ALL.stream().anyMatch(setting -> setting.key().startsWith(key + "."));
  }

  private static Setting<Duration> session(String role, String standard, String then) {
    return Setting.of(
        "zookeeper.session-timeout." + role,
        Kind.duration("1s", "10m"),
        standard,
        "After how long a silence of a " + role + " " + then + ".");
  }
}
