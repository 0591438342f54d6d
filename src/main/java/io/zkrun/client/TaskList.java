package io.zkrun.client;

import java.util.List;

/**
 * @param tasks newest last
 * @param more whether older ones match too
 */
public record TaskList(List<TaskView> tasks, boolean more) {}
