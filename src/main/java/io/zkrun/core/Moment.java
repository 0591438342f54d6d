package io.zkrun.core;

import java.time.Instant;

/**
 * When something happened.
 *
 * @param bootMillis since the machine's boot, suspended time included: for decisions
 * @param wall for records that people read
 */
public record Moment(long bootMillis, Instant wall) {}
