/**
 * The {@link io.zkrun.znode.Tree} over a real ensemble; the only importer of ZooKeeper's client.
 *
 * <p>May import: {@code znode} and what it exposes of {@code core}.
 */
@NullMarked
package io.zkrun.zk;

import org.jspecify.annotations.NullMarked;
