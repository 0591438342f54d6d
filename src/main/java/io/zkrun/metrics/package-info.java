/**
 * A listener interface with no-op defaults, and its Dropwizard adapter.
 *
 * <p>May import: {@code core}.
 */
@NullMarked
package io.zkrun.metrics;

import org.jspecify.annotations.NullMarked;
