package io.zkrun.exec;

import io.zkrun.core.EndCause;
import io.zkrun.core.NotReady;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.RunEnd;
import io.zkrun.core.StopSignal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run in memory; touched by the spool's thread alone. */
final class Run {
  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  private static final int LAST_SIGNAL = 64;

  final RunFolder folder;
  final int limitBytes;
  final Instant startedAt;

  /** Who is told; null for a found run that nobody has adopted yet. */
  Spool.@Nullable Listener listener;

  final Tree tree;
  @Nullable EndCause cause;

  /** Ends its tree; null while nothing has asked for that. */
  @Nullable TreeEnd ending;

  @Nullable RunEnd ended;

  /** The shell that watches over the command; null where it is gone. */
  @Nullable ProcessHandle shell;

  /** Ends it at its time limit; null where it has none. */
  @Nullable Future<?> limit;

  /** From start to end of the command; null while it runs, or where nobody saw its end. */
  @Nullable Duration ran;

  /** How its shell ended; -1 while it lives, or where it is no child of ours. */
  int shellCode = -1;

  /** Whether it lived when this daemon had it. */
  boolean seenAlive;

  /** Whether the machine was started anew since. */
  boolean ofEarlierBoot;

  private final long startedNanos = System.nanoTime();

  Run(RunFolder folder, int limitBytes, @Nullable Path group, Instant startedAt) {
    this.folder = folder;
    this.limitBytes = limitBytes;
    this.tree = new Tree(folder.name(), group);
    this.startedAt = startedAt;
  }

  static OnLost onLost(Map<String, String> meta) {
    String word = meta.getOrDefault("onLost", "");
    return Stream.of(OnLost.values())
        .filter(each -> each.name().equals(word))
        .findFirst()
        .orElse(OnLost.RERUN);
  }

  /** Its command could not join the group: the cookie finds its processes then. */
  void settleTracking() {
    if (tree.trackedBy().equals("cgroup") && folder.has("ungrouped")) {
      tree.ungroup();
    }
  }

  void leaderEnded(boolean ours) {
    shell = null;
    ran = ours ? Duration.ofNanos(System.nanoTime() - startedNanos) : folder.ran();
  }

  /** Remembers why it is ended, also for a daemon to come. */
  void because(EndCause why, Duration killAfter) {
    if (cause != null || folder.exitCode() != null) {
      return;
    }
    cause = why;
    try {
      folder.write("cause", why + " " + killAfter.toMillis() + " end\n", false);
    } catch (IOException e) {
      LOG.warn("cannot record in {} why its command is ended: {}", folder.dir(), e.toString());
    }
  }

  /**
   * Takes up what an earlier daemon began.
   *
   * @return the time it left for ending by itself; null where nobody had asked for the end
   */
  @Nullable Duration recall() {
    String[] words = folder.text("cause").trim().split(" ");
    if (words.length != 3) {
      return null;
    }
    cause = causeOf(words[0]);
    return Duration.ofMillis(RunFolder.number(Map.of("", words[1]), "", 0));
  }

  /** Another version of the daemon may have written one that this one does not know. */
  private static EndCause causeOf(String word) {
    try {
      return EndCause.valueOf(word);
    } catch (IllegalArgumentException e) {
      return EndCause.LOST;
    }
  }

  /**
   * Why this host could not start it; null where it has started, or cannot anywhere. What counts is
   * what the watching shell says while the command's outputs are not open yet, and how it ended: no
   * name of a command stands there.
   */
  @Nullable NotReady refused(Path spool) {
    Integer recorded = folder.exitCode();
    if (cause != null || folder.has("lease") || (recorded == null && shellCode < 0)) {
      return null;
    }
    NotReady why = HostTrouble.of(spool, folder.notices());
    if (folder.has("failed")) {
      return why;
    }
    // Without the intent, a command has run that has removed its own folder.
    if (recorded != null || folder.has("stdout") || folder.meta().isEmpty()) {
      return null;
    }
    // Its own file could not be made, or not be written.
    boolean mute = shellCode == 125 || (shellCode > 0 && folder.text("pid").isEmpty());
    return why == null && mute
        ? new NotReady(NotReady.SPOOL_FAILS, "the spool " + spool + " cannot be written")
        : why;
  }

  /**
   * How it ended.
   *
   * @param emptyAt when nothing of its tree was left; null where nobody looked
   * @param survivors what could not be ended, for people; null for nothing
   */
  RunEnd end(@Nullable Instant emptyAt, @Nullable String survivors) {
    return end(emptyAt).surviving(survivors);
  }

  private RunEnd end(@Nullable Instant emptyAt) {
    Integer code = folder.exitCode();
    Integer signal = code != null ? signal(code) : null;
    if (folder.has("lease")) {
      return end(Outcome.LOST, null, null, "its lease ended", emptyAt);
    }
    if (cause != null) {
      return switch (cause) {
        case CANCELLED -> end(Outcome.CANCELLED, code, signal, null, emptyAt);
        case TIMEOUT -> end(Outcome.TIMEOUT, code, signal, null, emptyAt);
        case LOST -> end(Outcome.LOST, null, null, "its worker lost the lease", emptyAt);
        case DROPPED -> end(Outcome.LOST, null, null, "nobody waits for it", emptyAt);
      };
    }
    String failed = folder.text("failed").trim();
    if (!failed.isEmpty()) {
      String said = folder.notices() + "\n" + folder.text("stderr");
      return end(
          Outcome.SPAWN_FAILED, code, null, SpawnFailure.reason(failed, code, said), emptyAt);
    }
    if (code == null) {
      return end(Outcome.LOST, null, null, lostReason(), emptyAt);
    }
    String refused = SpawnFailure.refusal(code, folder);
    if (refused != null) {
      return end(Outcome.SPAWN_FAILED, code, null, refused, emptyAt);
    }
    String left = leftReason();
    return signal == null
        ? end(Outcome.EXITED, code, null, left, emptyAt)
        : end(Outcome.SIGNALED, null, signal, left, emptyAt);
  }

  private @Nullable String leftReason() {
    return tree.outside().isEmpty()
        ? null
        : "process %s of it had left its cgroup, and was ended"
            .formatted(String.join(", ", tree.outside()));
  }

  /** A shell says which signal ended the command it waited for; and this one says nothing else. */
  private @Nullable Integer signal(int code) {
    int signal = code - 128;
    return signal > 0 && signal <= LAST_SIGNAL && !folder.notices().isEmpty() ? signal : null;
  }

  private StopSignal stopSignal() {
    if (!folder.has("asked")) {
      return StopSignal.NONE;
    }
    return seenAlive ? StopSignal.SHARED : StopSignal.SHARED_WHILE_AWAY;
  }

  private String lostReason() {
    String why = "the process that watched over the command ended and left no exit code";
    if (ofEarlierBoot) {
      why = "the machine was restarted while the command ran";
    } else if (!folder.has("pid")) {
      why = "the command left no trace: it may have been about to start when its worker ended";
    }
    boolean full = folder.dir().toFile().getUsableSpace() < HostTrouble.LEAST_BYTES;
    String said = full ? "the disk of the spool is full" : folder.notices();
    return said.isEmpty() ? why : why + ": " + said;
  }

  private RunEnd end(
      Outcome outcome,
      @Nullable Integer code,
      @Nullable Integer signal,
      @Nullable String reason,
      @Nullable Instant emptyAt) {
    Duration between = Duration.between(startedAt, Instant.now());
    Duration took = ran != null ? ran : between.isNegative() ? Duration.ZERO : between;
    return new RunEnd(
        outcome,
        signal == null ? code : null,
        signal,
        reason,
        startedAt,
        startedAt.plus(took),
        took.toNanos() / 1e9,
        emptyAt,
        tree.trackedBy(),
        null,
        stopSignal(),
        folder.output("stdout", limitBytes),
        // What stands there else is the shell's, and in the reason.
        outcome == Outcome.SPAWN_FAILED ? Output.EMPTY : folder.output("stderr", limitBytes));
  }
}
