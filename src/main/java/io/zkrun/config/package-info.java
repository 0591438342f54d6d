/**
 * Typed settings with every mistake reported at once; the only importer of Typesafe Config.
 *
 * <p>May import: {@code core}.
 */
@NullMarked
package io.zkrun.config;

import org.jspecify.annotations.NullMarked;
