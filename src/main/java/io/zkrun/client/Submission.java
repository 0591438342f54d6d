package io.zkrun.client;

import io.zkrun.core.TaskId;

/**
 * A task that stands in ZooKeeper.
 *
 * @param alreadyThere whether a task of this name, and with this spec, was there before
 */
public record Submission(TaskId id, boolean alreadyThere) {}
