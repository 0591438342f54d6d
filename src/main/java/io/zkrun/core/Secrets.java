package io.zkrun.core;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * What is never shown: the values of settings that speak of passwords and keys, told by the
 * settings' names. The only list of them.
 */
public final class Secrets {
  /** What stands in the place of a secret. */
  public static final String HIDDEN = "(hidden)";

  /** Wherever they stand in a name. */
  private static final Pattern TELLING =
      Pattern.compile("passw(or)?d|passphrase|secret|credential|apikey|privatekey|accesskey");

  /** Words of a name. */
  private static final Set<String> WORDS = Set.of("pass", "pwd", "pw", "token", "superdigest");

  /** The last word of a name: {@code ssl.keyStore.type} is none. */
  private static final Set<String> LAST = Set.of("key", "digest");

  /** A last word that says that the secret itself stands elsewhere, or what kind it is. */
  private static final Set<String> ABOUT =
      Set.of("path", "file", "location", "dir", "type", "alg", "class", "enabled");

  private static final Pattern BETWEEN_WORDS =
      Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])");

  private Secrets() {}

  /** Whether the value of a setting of this name is nobody's to see. */
  public static boolean isSecret(String name) {
    String[] words = BETWEEN_WORDS.split(name.strip());
    String last = words.length == 0 ? "" : words[words.length - 1].toLowerCase(Locale.ROOT);
    if (ABOUT.contains(last)) {
      return false;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (TELLING.matcher(lower).find() || lower.endsWith("superdigest") || LAST.contains(last)) {
      return true;
    }
    for (String word : words) {
      if (WORDS.contains(word.toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  /** The value of a setting, as it may be shown. */
  public static String shown(String name, String value) {
    return isSecret(name) && !value.isEmpty() ? HIDDEN : withoutSecrets(value);
  }

  /** Any text, such as a line of a log, as it may be shown. */
  public static String withoutSecrets(String text) {
    return Redactor.text(text);
  }

  /** A command line as it may be shown: of words it is known where a value ends. */
  public static String commandLine(List<String> words) {
    StringJoiner shown = new StringJoiner(" ");
    boolean secret = false;
    for (String word : words) {
      shown.add(secret ? HIDDEN : Redactor.word(word));
      secret = Redactor.isNameAlone(word);
    }
    return shown.toString();
  }
}
