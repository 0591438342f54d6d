package io.zkrun.ensemble.doctor;

import io.zkrun.core.NotReady;
import io.zkrun.ensemble.doctor.Facts.Clock;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Unseen;
import io.zkrun.ensemble.doctor.Facts.Waits;
import io.zkrun.ensemble.doctor.Facts.Zkrun;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What is wrong with zkrun on top, and with the clocks. */
final class ZkrunRules {
  /** A quarter of the numbers that sequential znodes have. */
  static final long MANY_NUMBERS = 1L << 30;

  /** The longest answer that a reader accepts who has not raised jute.maxbuffer. */
  static final long DEFAULT_JUTE_BYTES = 0xfffff;

  private static final long CLOCK_MILLIS = 1_000;

  /** They say themselves what is missing. */
  private static final Set<String> EXPLAINED = Set.of("noMaster", "masterByHand", "noWorkers");

  private final Zkrun zkrun;
  private final Causes causes;

  private ZkrunRules(Zkrun zkrun, Causes causes) {
    this.zkrun = zkrun;
    this.causes = causes;
  }

  static void judge(Picture picture, Causes causes) {
    for (Facts facts : picture.facts()) {
      session(facts, causes);
      clock(facts, causes);
      spool(facts, causes);
      Zkrun zkrun = facts.zkrun();
      if (zkrun != null && zkrun.used()) {
        new ZkrunRules(zkrun, causes).judge();
      }
    }
  }

  /** Whoever cannot ask must not call it healthy. */
  private static void session(Facts facts, Causes causes) {
    boolean served = facts.servers().stream().anyMatch(Server::givesSessions);
    if (served && facts.zkrun() == null && facts.clock() == null) {
      causes.add(
          Finding.error(
              Code.noSession,
              "sessions of " + facts.host(),
              "servers serve, but " + facts.host() + " could not read the tree",
              facts.unseen().stream()
                  .filter(each -> each.what().equals(Unseen.TREE))
                  .map(each -> each.what() + ": " + each.why())
                  .toList(),
              "zkrun ensemble status shows each server's latency: above some 100 ms, look at the load"
                  + " and disks of the servers; then zkrun doctor, once more"));
    }
  }

  private static void clock(Facts facts, Causes causes) {
    Clock clock = facts.clock();
    if (clock != null && Math.abs(clock.aheadMillis()) - clock.doubtMillis() > CLOCK_MILLIS) {
      String off =
          String.format(Locale.ROOT, "%.1f s", Math.abs(clock.aheadMillis()) / 1000.0)
              + (clock.aheadMillis() > 0 ? " ahead of" : " behind");
      causes.add(
          Finding.error(
              Code.clockOff,
              "the clock of " + facts.host(),
              "the clock of " + facts.host() + " is " + off + " the leader's",
              List.of(
                  "a znode made now got a time that differs by "
                      + off.replaceAll(" (ahead of|behind)", "")
                      + ", give or take "
                      + clock.doubtMillis()
                      + " ms"),
              "timedatectl set-ntp true on "
                  + facts.host()
                  + " (or chronyc makestep); where every other host agrees with it, on the leader"));
    }
  }

  /** A worker that cannot write there starts nothing. */
  private static void spool(Facts facts, Causes causes) {
    Facts.Folder spool = facts.spool();
    if (spool != null && spool.full() && !causes.has(Code.diskFull)) {
      causes.add(
          Finding.error(
              Code.spoolFull,
              spoolOf(facts.host()),
              "the disk of worker.spool " + spool.path() + " on " + facts.host() + " is full",
              List.of(spool.freeBytes() / 1024 + " KiB are free, by name or by inode"),
              "df -h "
                  + spool.path()
                  + "; df -i "
                  + spool.path()
                  + "; then remove what else is there, or lower worker.spool-retention.bytes"));
    }
  }

  /** A host is called by its whole name here, and by its short one there. */
  private static String spoolOf(String host) {
    return "the spool of "
        + (host.matches("[0-9.]+|.*:.*") ? host : host.replaceFirst("\\..*", ""));
  }

  private void notReady() {
    for (Facts.Unready each : zkrun.notReady()) {
      boolean full = each.code().equals(NotReady.SPOOL_FULL);
      error(
          full ? Code.spoolFull : Code.workerNotReady,
          full ? spoolOf(each.host()) : "worker " + each.worker(),
          full
              ? "the disk of the spool of worker "
                  + each.worker()
                  + " on "
                  + each.host()
                  + " is full"
              : "worker " + each.worker() + " takes nothing: its host cannot start commands",
          each.worker() + " says: " + each.message(),
          full
              ? "on "
                  + each.host()
                  + ": df -h and df -i on its worker.spool; then remove what else is there, or lower"
                  + " worker.spool-retention.bytes"
              : "on " + each.host() + ": the worker's log; ulimit -a, free -m, ps -e | wc -l");
    }
  }

  /** Other hosts' clocks, as far as anything proves that they are off. */
  private void strayed() {
    for (Facts.Strayed each : zkrun.strayed()) {
      String subject = "the clock of worker " + each.worker();
      error(
          Code.clockOff,
          subject,
          subject
              + " is at least "
              + String.format(Locale.ROOT, "%.1f s", Math.abs(each.aheadMillis()) / 1000.0)
              + (each.aheadMillis() > 0 ? " ahead of" : " behind")
              + " the leader's",
          each.proof(),
          "timedatectl set-ntp true on the host of "
              + each.worker()
              + " (or chronyc makestep); where several workers stray alike, on the leader");
    }
  }

  private void error(Code code, String subject, String message, String evidence, String mend) {
    causes.add(Finding.error(code, subject, message, List.of(evidence), mend));
  }

  private void judge() {
    if (zkrun.masterByHand()) {
      error(
          Code.masterByHand,
          "/master",
          "/master was made by hand; no zkrun master acts while it stands",
          "/master says '" + zkrun.master() + "', and its version is not the one of an election",
          "zkrun zkcli delete /master");
    } else if (zkrun.master() == null) {
      error(
          Code.noMaster,
          "/master",
          "no master leads: tasks are taken, and none is handed out",
          "there is no /master",
          "zkrun master");
    }
    if (zkrun.workers() == 0) {
      error(
          Code.noWorkers,
          "/workers",
          "no worker is up: nothing runs",
          "/workers has no children",
          "zkrun worker");
    }
    zkrun.waiting().stream().filter(each -> !EXPLAINED.contains(each.code())).forEach(this::waits);
    notReady();
    strayed();
    numbers();
  }

  private void waits(Waits waits) {
    error(
        Code.tasksWaitForNobody,
        "tasks: " + waits.code(),
        waits.tasks() + (waits.tasks() == 1 ? " task waits" : " tasks wait") + " for nobody",
        waits.example() + ": " + waits.message(),
        waits.code().equals("draining")
            ? "zkrun zkcli deleteall /drain/WORKER, or start another worker"
            : "zkrun worker --label K=V with what 'zkrun status "
                + waits.example()
                + "' asks for, or 'zkrun cancel "
                + waits.example()
                + "'");
  }

  private void numbers() {
    if (zkrun.nextNumber() > MANY_NUMBERS) {
      error(
          Code.counterHigh,
          "the numbers of /tasks",
          "the next task's number is past 2^30; at 2^31 no task can be submitted any more",
          "the next number is " + zkrun.nextNumber(),
          "move to a fresh chroot: wait until no task is left, then use"
              + " --connect …/NAME everywhere");
    }
    if (zkrun.listBytes() > DEFAULT_JUTE_BYTES) {
      error(
          Code.tasksTooManyToList,
          "the list of /tasks",
          "/tasks has more children than a reader with default settings can list",
          zkrun.tasks()
              + " tasks, whose list takes "
              + zkrun.listBytes()
              + " bytes of at most "
              + DEFAULT_JUTE_BYTES,
          "-Djute.maxbuffer=67108864 for such readers (zkrun sets it itself); fewer with"
              + " master.retention.max-count");
    }
  }
}
