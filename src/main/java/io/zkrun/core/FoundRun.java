package io.zkrun.core;

/**
 * A run of an earlier daemon, found in the spool: it may live, may have ended, or may have left no
 * more than its intent to start.
 *
 * @param cluster the UUID of the tree it came from
 */
public record FoundRun(RunKey key, String cluster) {}
