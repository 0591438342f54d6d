package io.zkrun.cli;

import io.zkrun.config.DurationText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@link DurationText} as an option's value; milliseconds. */
final class Durations implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    try {
      return DurationText.parse(text).toMillis();
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "': " + e.getMessage());
    }
  }
}
