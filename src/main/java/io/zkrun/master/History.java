package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where finished tasks go before they are deleted from ZooKeeper. */
@FunctionalInterface
public interface History {
  /** Keeps nothing. */
  History NONE = (task, spec, status, then) -> then.accept(true);

  /**
   * Appends one task; returns at once.
   *
   * @param spec the data of its znode
   * @param status the data of its status; null where it has none
   * @param then told, on any thread, whether it is kept so that no crash can lose it, and the task
   *     may be deleted
   */
  void append(TaskId task, Bytes spec, @Nullable Bytes status, Consumer<Boolean> then);
}
