/**
 * Runs commands: spool, output, timeout, ending whole trees, adoption, keeper; the only importer of
 * commons-exec.
 *
 * <p>May import: {@code core}.
 */
@NullMarked
package io.zkrun.exec;

import org.jspecify.annotations.NullMarked;
