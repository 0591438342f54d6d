package io.zkrun.cli;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** A command in which {@code {}} stands for a line of input. */
final class Template {
  private Template() {}

  /**
   * In a command line the shell must see one word, whatever it holds; in an argv it is verbatim.
   */
  static Command fill(Command template, Bytes line) {
    if (template instanceof Command.Shell shell) {
      return new Command.Shell(replace(shell.line(), quote(line)), shell.shell());
    }
    List<Bytes> words = ((Command.Argv) template).words();
    return new Command.Argv(words.stream().map(word -> replace(word, line)).toList());
  }

  static boolean hasPlace(Command template) {
    Bytes braces = Bytes.utf8("{}");
    return !fill(template, braces).equals(fill(template, Bytes.utf8("x")));
  }

  /** In single quotes, in which a shell reads everything but a single quote as it is. */
  static Bytes quote(Bytes word) {
    ByteArrayOutputStream quoted = new ByteArrayOutputStream(word.length() + 2);
    quoted.write('\'');
    for (byte b : word.toArray()) {
      if (b == '\'') {
        quoted.writeBytes(new byte[] {'\'', '\\', '\'', '\''});
      } else {
        quoted.write(b);
      }
    }
    quoted.write('\'');
    return Bytes.of(quoted.toByteArray());
  }

  private static Bytes replace(Bytes text, Bytes value) {
    ByteArrayOutputStream filled = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.at(i) == '{' && i + 1 < text.length() && text.at(i + 1) == '}') {
        filled.writeBytes(value.toArray());
        i++;
      } else {
        filled.write(text.at(i));
      }
    }
    return Bytes.of(filled.toByteArray());
  }
}
