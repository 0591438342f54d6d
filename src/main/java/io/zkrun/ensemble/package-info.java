/**
 * The ZooKeeper server: standalone for now, an ensemble's member, its set-up and diagnosis later.
 *
 * <p>May import: {@code config}, {@code client}.
 */
@NullMarked
package io.zkrun.ensemble;

import org.jspecify.annotations.NullMarked;
