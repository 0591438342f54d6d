package io.zkrun.znode;

import java.util.List;

/**
 * The children of a znode.
 *
 * @param names sorted, without the parent's path
 * @param stat of the parent
 */
public record Children(List<String> names, Stat stat) {}
