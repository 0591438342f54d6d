/**
 * Listener interfaces with no-op defaults, their Dropwizard adapter, and its values over HTTP.
 *
 * <p>May import: {@code core}.
 */
@NullMarked
package io.zkrun.metrics;

import org.jspecify.annotations.NullMarked;
