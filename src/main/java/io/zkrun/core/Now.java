package io.zkrun.core;

import java.time.Instant;

/**
 * The moment at which an event reached a state machine.
 *
 * @param millis of a clock that never jumps: for every wait
 * @param wall for records, and for ages of what other hosts have written
 */
public record Now(long millis, Instant wall) {}
