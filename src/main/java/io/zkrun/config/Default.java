package io.zkrun.config;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What holds where nothing is written.
 *
 * @param text as it would be written
 * @param words that describe one which depends on the machine; null where it is always the same
 * @param example what could be written, for {@code conf/zkrun.conf}
 */
record Default(Function<Sources, String> text, @Nullable String words, String example) {
  static Default fixed(String text) {
    return new Default(sources -> text, null, text);
  }

  static Default derived(Function<Sources, String> text, String words, String example) {
    return new Default(text, words, example);
  }
}
