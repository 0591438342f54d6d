/**
 * The values of zkrun and every decision that it takes, as deterministic state machines: events in,
 * decisions out.
 *
 * <p>May import: nothing but the JDK's values. No I/O, threads, clock, randomness or logging: time
 * comes in with the event.
 */
@NullMarked
package io.zkrun.core;

import org.jspecify.annotations.NullMarked;
