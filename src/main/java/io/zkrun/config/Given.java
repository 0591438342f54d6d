package io.zkrun.config;

/**
 * A setting that was given on the command line.
 *
 * @param key with or without the leading {@code zkrun.}
 * @param option as the user wrote it, for messages
 */
public record Given(String key, String value, String option) {
  /** {@code -Dkey=value} among zkrun's own arguments. */
  public static Given define(String key, String value) {
    return new Given(key, value, "-D" + key);
  }

  /** An option that stands for a setting, such as {@code --slots} for {@code worker.slots}. */
  public static Given option(String option, String key, String value) {
    return new Given(key, value, option);
  }

  /** {@code --label name=value}. */
  public static Given label(String name, String value) {
    return new Given(Catalog.LABELS_PREFIX + name, value, "--label " + name);
  }
}
