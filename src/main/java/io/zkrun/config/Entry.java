package io.zkrun.config;

/**
 * Something that a source says.
 *
 * @param key without the leading {@code zkrun.}
 */
record Entry(String key, Shape shape, String text, Origin origin) {
  /** What stands there. */
  enum Shape {
    /** Text, a number, true or false. */
    SCALAR("a value"),
    LIST("a list"),
    BLOCK("a block"),
    /** A setting outside of {@code zkrun { … }}. */
    OUTSIDE("a value");

    final String words;

    Shape(String words) {
      this.words = words;
    }
  }
}
