/**
 * The worker's event loop: assignments become runs, runs become results.
 *
 * <p>May import: {@code core}, {@code znode}, {@code exec}, {@code metrics}.
 */
@NullMarked
package io.zkrun.worker;

import org.jspecify.annotations.NullMarked;
