package io.zkrun.exec;

import io.zkrun.core.OnLost;
import io.zkrun.core.RunKey;

/**
 * A run of an earlier daemon whose result was not delivered. It was started, or may have been: what
 * certainly never started is not found.
 *
 * @param cluster the UUID of the cluster that assigned it
 * @param attempt from 1
 */
public record FoundRun(RunKey key, String cluster, int attempt, OnLost onLost) {}
