package io.zkrun.client;

import io.zkrun.core.Result;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.Waiting;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task as it is shown.
 *
 * @param attempt the one that runs, is next or was last, from 1
 * @param submittedAt by ZooKeeper's clock
 * @param startedAt when the last attempt began, by its worker's clock; null where none has
 * @param spec null where what stands there is none
 * @param problem why it is none; null where it is one
 * @param worker that has it or had it last; null where none did
 * @param cancelReason why it is to end; null where it is not
 * @param waiting why it has not started; null where it has
 * @param attempts the ended ones that are not its last word, oldest first
 * @param result null where it has not ended
 */
public record TaskView(
    TaskId id,
    TaskState state,
    int attempt,
    Instant submittedAt,
    @Nullable Instant startedAt,
    @Nullable TaskSpec spec,
    @Nullable SpecProblem problem,
    @Nullable String worker,
    @Nullable String cancelReason,
    @Nullable Waiting waiting,
    List<Result> attempts,
    @Nullable Result result) {
  public TaskView {
    attempts = List.copyOf(attempts);
  }

  /** Why it is held, and what can be done; null where it is not. */
  public @Nullable String heldReason() {
    return state == TaskState.HELD
        ? "worker "
            + worker
            + " is lost; it waits for that worker, or for 'zkrun release "
            + id
            + " --as rerun|fail'"
        : null;
  }
}
