/**
 * Submit, await, cancel and list, as a small Java API.
 *
 * <p>May import: {@code core}, {@code znode}.
 */
@NullMarked
package io.zkrun.client;

import org.jspecify.annotations.NullMarked;
