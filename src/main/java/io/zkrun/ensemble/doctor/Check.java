package io.zkrun.ensemble.doctor;

/**
 * One line of what was looked at.
 *
 * @param name of what was checked
 * @param text what was seen, or why it could not be and how to allow it
 */
public record Check(String name, State state, String text) {
  /** How it came out. */
  public enum State {
    passed,
    finding,
    unseen
  }
}
