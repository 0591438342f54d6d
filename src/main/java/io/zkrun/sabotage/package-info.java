/**
 * Breaks zkrun on purpose, so that {@code zkrun verify} can show that it would notice. Only the
 * drill asks for it, by a system property that is told to nobody else.
 *
 * <p>May import: {@code core}, {@code znode}, {@code worker}.
 */
@NullMarked
package io.zkrun.sabotage;

import org.jspecify.annotations.NullMarked;
