package io.zkrun.core;

/**
 * The data of {@code /assign}.
 *
 * @param uuid made once and kept: tells this tree from one that was wiped, see {@link ClusterId}
 * @param master who wrote it last, for people
 */
public record Cluster(String uuid, String master) {}
