package io.zkrun.config;

import io.zkrun.core.OnLost;
import java.time.Duration;

/**
 * What holds for tasks that do not say otherwise.
 *
 * @param killAfter how long after SIGTERM a tree gets SIGKILL
 * @param outputLimitBytes how much of stdout, and of stderr, a status holds
 */
public record TaskSettings(OnLost onLost, Duration killAfter, int outputLimitBytes) {}
