package io.zkrun.verify;

/**
 * A broken promise.
 *
 * @param what happened, with the numbers in it
 */
public record Violation(Promise promise, String what) {}
