/**
 * The master's event loop: events of the tree go into the core's scheduler, its decisions become
 * multis.
 *
 * <p>May import: {@code core}, {@code znode}, {@code exec}, {@code metrics}.
 */
@NullMarked
package io.zkrun.master;

import org.jspecify.annotations.NullMarked;
