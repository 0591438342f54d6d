package io.zkrun.core;

/** What became of a write about one assignment. */
public enum WriteAnswer {
  DONE,
  /** The assignment has changed since it was read. */
  STALE,
  /** The task has a result of this name already. */
  RESULT_EXISTS,
  TASK_GONE,
  ASSIGNMENT_GONE,
  /** ZooKeeper would cut the connection over it. */
  TOO_LARGE,
  /** It may or may not have happened, or the registration is gone: read again before anything. */
  UNKNOWN,
  /** The server refused for another reason. */
  REFUSED
}
