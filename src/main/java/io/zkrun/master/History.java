package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import org.jspecify.annotations.Nullable;

/** Where finished tasks go before they are deleted from ZooKeeper. */
@FunctionalInterface
public interface History {
  /** Keeps nothing. */
  History NONE = (task, spec, status) -> true;

  /**
   * Appends one task.
   *
   * @param spec the data of its znode
   * @param status the data of its status; null where it has none
   * @return whether it is kept, so that the task may be deleted
   */
  boolean append(TaskId task, Bytes spec, @Nullable Bytes status);
}
