package io.zkrun.client;

import io.zkrun.core.Result;
import io.zkrun.core.TaskId;

/**
 * What became of the wish to cancel a task.
 *
 * @param result how it ended
 * @param cancelled whether it ended by being cancelled now, not before or in another way
 */
public record Cancellation(TaskId id, Result result, boolean cancelled) {}
