package io.zkrun.cli;

import io.zkrun.core.OnLost;
import java.util.Arrays;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@link OnLost} as an option's value, and the words that a shell completes. */
final class OnLostWords implements ITypeConverter<OnLost>, Iterable<String> {
  @Override
  public OnLost convert(String text) {
    return OnLost.ofJson(text)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + text + "' is no choice; give rerun, fail or hold"));
  }

  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(OnLost.values()).map(OnLost::json).iterator();
  }
}
