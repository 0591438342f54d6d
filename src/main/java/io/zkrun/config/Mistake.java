package io.zkrun.config;

import io.zkrun.core.Secrets;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong in the settings.
 *
 * @param key the setting, or empty where it concerns a whole file
 * @param value as it was written, or null where there is none to show
 * @param problem what is wrong, and what would be right
 */
public record Mistake(Origin origin, String key, @Nullable String value, String problem)
    implements Comparable<Mistake> {
  private static final Comparator<Mistake> ORDER =
      Comparator.comparing(Mistake::origin)
          .thenComparing(Mistake::key)
          .thenComparing(Mistake::problem);

  private static final int SHOWN_CHARACTERS = 200;

  /** One line for people. */
  public String text() {
    StringBuilder text = new StringBuilder(origin.text()).append(": ");
    if (!key.isEmpty()) {
      text.append(key);
      if (value != null) {
        text.append(" = ").append(shown(Secrets.shown(key, value)));
      }
      text.append(": ");
    }
    return text.append(problem).toString();
  }

  /** Quoted where it would be misread, shortened, and without control characters. */
  private static String shown(String value) {
    String line = value.replaceAll("\\p{Cntrl}", "?");
    if (line.length() > SHOWN_CHARACTERS) {
      line = line.substring(0, SHOWN_CHARACTERS) + "…";
    }
    return line.isBlank() || !line.equals(line.strip()) ? '"' + line + '"' : line;
  }

  @Override
  public int compareTo(Mistake other) {
    return ORDER.compare(this, other);
  }
}
