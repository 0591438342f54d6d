package io.zkrun.client;

/**
 * How patient a client is, and who it is.
 *
 * @param reachMillis how long without a connection until it gives up a question, or the first
 *     connection
 * @param resolveMillis how long it tries to find out what became of a submission; must end well
 *     before half of {@code retention.min-age}, under which nothing is purged
 * @param submittedBy user@host
 */
public record ClientSettings(long reachMillis, long resolveMillis, String submittedBy) {
  public static final long DEFAULT_REACH_MILLIS = 10_000;
  public static final long DEFAULT_RESOLVE_MILLIS = 120_000;
}
