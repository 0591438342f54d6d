package io.zkrun.core;

/**
 * The settings that a worker's decisions depend on.
 *
 * @param slots how many tasks run at once, at least 0
 * @param leaseMillis how long after its last acknowledged write its tasks may run on
 * @param killAfterMillis between SIGTERM and SIGKILL where a spec names no other
 * @param onLost where a spec names no other
 */
public record WorkerPolicy(
    String worker, int slots, long leaseMillis, long killAfterMillis, OnLost onLost) {}
