package io.zkrun.config;

/**
 * A setting that exists.
 *
 * @param key without the leading {@code zkrun.}
 * @param meaning in a few words, for {@code conf/zkrun.conf}
 */
record Setting<T>(String key, Kind<T> kind, Default standard, String meaning) {
  static <T> Setting<T> of(String key, Kind<T> kind, String standard, String meaning) {
    return new Setting<>(key, kind, Default.fixed(standard), meaning);
  }

  /** Whether it stands for any number of settings, one for each label. */
  boolean isLabel() {
    return key.startsWith(Catalog.LABELS_PREFIX);
  }
}
