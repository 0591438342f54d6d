package io.zkrun.simulation;

/** What can go wrong. {@code weight} is how often, beside the others, it is tried. */
enum Fault {
  /** The connection is lost, and what was sent is lost with it. */
  CUT_BEFORE_COMMIT(6),
  /** The connection is lost, and what was sent was carried out. */
  CUT_AFTER_COMMIT(6),
  /** The connection is lost, and what was sent is carried out later, while the session lives. */
  CUT_LATE_COMMIT(6),
  /** The connection is lost for longer than the session lives. */
  CUT_LONG(4),
  /** The servers say that the session is over, while it is connected. */
  EXPIRED(4),
  /**
   * A connection lost for so long that the client library takes the session for expired, which the
   * servers, away themselves, have not counted.
   */
  GUESSED_EXPIRY(3),
  /** A follower, cut off from its leader, answers reads and pings; the leader expires the rest. */
  STRANDED(6),
  /** All servers are away, and forget no session. */
  ENSEMBLE_AWAY(3),
  /** Somebody deletes {@code /master}. */
  MASTER_DELETED(3),
  /** Somebody deletes it while a write of its owner is on its way, which arrives after that. */
  MASTER_DEPOSED_WRITING(4),
  /** Somebody makes a {@code /master}, and assigns something; later it is deleted. */
  MASTER_BY_HAND(3),
  /** Somebody deletes the znode of a worker. */
  WORKER_DELETED(3),
  /** Likewise while a write of the worker is on its way. */
  WORKER_DEPOSED_WRITING(4),
  /** Somebody plays a worker, and ends what he is given, or goes away. */
  WORKER_BY_HAND(3),
  /** Somebody writes a status. */
  STATUS_BY_HAND(3),
  /** Somebody deletes a task, and another of the same name is submitted. */
  NAME_REUSED(5),
  /** All servers lose their data. */
  WIPED(1),
  DAEMON_KILLED(6),
  /** Killed while a write of it is on its way. */
  DAEMON_KILLED_WRITING(4),
  /** Stopped (SIGSTOP) for less than its session lives. */
  DAEMON_PAUSED(3),
  /** Stopped for longer, while its keeper runs on. */
  DAEMON_PAUSED_LONG(5),
  /** A worker of a name that is taken starts elsewhere. */
  SAME_NAME(2),
  /** Of a batch one member fails, because somebody was faster. */
  MEMBER_FAILS(5),
  /** A result is larger than the servers take: they cut the connection. */
  OVERSIZE(3),
  /** A client asks a task to end. */
  CANCELLED(4),
  /** A client decides about what is held for a lost worker. */
  RELEASED(4),
  /** Somebody deletes an assignment. */
  ASSIGNMENT_DELETED(4),
  /** Somebody gives a task to a second worker. */
  ASSIGNED_TWICE(3),
  /** Somebody deletes the status of a task. */
  STATUS_DELETED(3),
  /** A worker is to be given nothing new, for a while. */
  DRAINED(4),
  /** All masters are away; meanwhile a client cancels and releases. */
  MASTERS_AWAY(3),
  /** A follower is behind the others, and healthy. */
  LAGGING(5),
  /** Somebody's ACL lets nobody read some znode, for a while. */
  READS_REFUSED(4),
  /** Servers that have too much to do answer only some of the reads. */
  THROTTLED(4),
  /** The wall clock of a machine jumps. */
  CLOCK_SKEWED(4),
  /** A spool does nothing for a while. */
  SPOOL_STALLED(4),
  /** What a spool should start next cannot be started. */
  SPAWN_FAILED(4),
  /** A spool is full: nothing starts, and no end can be written. */
  SPOOL_FULL(3),
  /** A spool does all late, but for its deadlines. */
  SPOOL_LATE(3),
  /** Deadlines reach the keeper late. */
  DEADLINE_LATE(3),
  /** A machine is started anew. */
  REBOOTED(3),
  /** A worker is stopped as a service is, and started again. */
  WORKER_STOPPED(4),
  /** A master cannot write its history. */
  HISTORY_FAILS(4);

  final int weight;

  Fault(int weight) {
    this.weight = weight;
  }
}
