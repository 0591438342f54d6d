package io.zkrun.core;

/**
 * A run of an earlier daemon, found in the spool: it may live, may have ended, or may have left no
 * more than its intent to start.
 *
 * @param cluster the tree it came from; nothing is known of it where an older zkrun found no UUID
 */
public record FoundRun(RunKey key, ClusterId cluster) {}
