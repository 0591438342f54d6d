/**
 * What stands in ZooKeeper: one type per znode with its path and codec, the {@link
 * io.zkrun.znode.Tree} port through which it is read, watched and written, and the batching that
 * every writer shares.
 *
 * <p>May import: {@code core}.
 */
@NullMarked
package io.zkrun.znode;

import org.jspecify.annotations.NullMarked;
