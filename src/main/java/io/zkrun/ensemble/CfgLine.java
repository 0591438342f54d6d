package io.zkrun.ensemble;

import io.zkrun.core.Secrets;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A setting as it stands in a {@code zoo.cfg}.
 *
 * @param number of its first line, from 1
 * @param value stripped, as ZooKeeper does it
 * @param raw the text, with what continues it on further lines
 */
public record CfgLine(int number, String key, String value, String raw) {
  /** {@code KEY=VALUE} as it may be shown: a secret is not. */
  String shown() {
    return key + "=" + shownValue();
  }

  /** The value as it may be shown. */
  String shownValue() {
    return key.isEmpty() ? Secrets.withoutSecrets(value) : Secrets.shown(key, value);
  }

  boolean endsInSpace() {
    return !raw.equals(raw.stripTrailing());
  }

  /** The settings among the lines of a text, by the rules of Java's properties. */
  static List<CfgLine> all(String text) {
    List<CfgLine> found = new ArrayList<>();
    StringBuilder logical = new StringBuilder();
    int begun = 0;
    int number = 0;
    for (String line : text.split("\r\n|\r|\n", -1)) {
      number++;
      if (logical.isEmpty()) {
        begun = number;
      }
      logical.append(line);
      if (continues(line, begun == number)) {
        logical.append('\n');
      } else {
        add(found, begun, logical.toString());
        logical.setLength(0);
      }
    }
    add(found, begun, logical.toString());
    return found;
  }

  /** The same text, line by line, without what is secret; comments included. */
  public static String withoutSecrets(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\r\n|\r|\n", -1)));
    lines.replaceAll(Secrets::withoutSecrets);
    for (CfgLine setting : all(text)) {
      if (Secrets.isSecret(setting.key()) || setting.key().isEmpty()) {
        int further = (int) setting.raw().chars().filter(each -> each == '\n').count();
        lines.set(setting.number() - 1, setting.shown());
        for (int i = 0; i < further && setting.number() + i < lines.size(); i++) {
          lines.set(setting.number() + i, "");
        }
      }
    }
    return String.join("\n", lines);
  }

  private static boolean continues(String line, boolean first) {
    if (first && isComment(line)) {
      return false;
    }
    int backslashes = 0;
    while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }

  private static boolean isComment(String line) {
    String begins = line.stripLeading();
    return begins.startsWith("#") || begins.startsWith("!");
  }

  private static void add(List<CfgLine> found, int number, String raw) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(raw));
    } catch (IllegalArgumentException e) {
      // A \\u without four digits; ZooKeeper refuses the whole file.
      found.add(new CfgLine(number, "", raw.strip(), raw));
      return;
    } catch (IOException e) {
      throw new IllegalStateException("a string cannot be read", e);
    }
    for (Map.Entry<Object, Object> entry : properties.entrySet()) {
      String key = entry.getKey().toString().strip();
      found.add(new CfgLine(number, key, entry.getValue().toString().strip(), raw));
    }
  }
}
