package io.zkrun.cli;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A command in which {@code {}} stands for a line of input.
 *
 * <p>In a command line the shell sees one word, whatever the line holds: each {@code {}} stands
 * bare ({@link BarePlaces}) and becomes a word in single quotes. In an argv it is verbatim.
 */
final class Template {
  /** Programs whose argument behind {@code -c} is a command line, of whatever version. */
  private static final Pattern SHELL =
      Pattern.compile(
          "(.*/)?r?(|a|ba|da|(m|l|pd|o|lo)?k|z|ya|po|t?c|fi)sh"
              + "([.-]?[0-9][0-9A-Za-z.+_-]*)?([.-](static|distrib))?",
          Pattern.DOTALL);

  /** Also among others ({@code -ec}); fish has a long name, and takes the text in one word. */
  private static final Pattern COMMAND_FOLLOWS =
      Pattern.compile("[-+][A-Za-z0-9]*c[A-Za-z0-9]*|-c.*|--(init-)?command(=.*)?", Pattern.DOTALL);

  private static final Bytes PLACE = Bytes.utf8("{}");

  private final Command command;
  private final List<Piece> pieces;

  /** A text with the indexes of the places in it. */
  private record Piece(Bytes text, List<Integer> places) {
    Bytes fill(Bytes value) {
      if (places.isEmpty()) {
        return text;
      }
      byte[] all = text.toArray();
      ByteArrayOutputStream filled = new ByteArrayOutputStream(all.length + value.length());
      int from = 0;
      for (int place : places) {
        filled.write(all, from, place - from);
        filled.writeBytes(value.toArray());
        from = place + 2;
      }
      filled.write(all, from, all.length - from);
      return Bytes.of(filled.toByteArray());
    }
  }

  private Template(Command command, List<Piece> pieces) {
    this.command = command;
    this.pieces = pieces;
  }

  /**
   * @throws UsageException where it holds no {@code {}}, or one that does not stand bare
   */
  static Template of(Command command) {
    Template template = new Template(command, pieces(command));
    if (template.pieces.stream().allMatch(piece -> piece.places().isEmpty())) {
      throw new UsageException("the command holds no {}, so that every line would run the same");
    }
    return template;
  }

  private static List<Piece> pieces(Command command) {
    if (command instanceof Command.Shell shell) {
      return List.of(new Piece(shell.line(), BarePlaces.of(shell.line())));
    }
    List<Bytes> words = ((Command.Argv) command).words();
    refuseTextOfAShell(words);
    return words.stream().map(word -> new Piece(word, all(word))).toList();
  }

  /** A word that is {@code {}} and nothing else is meant to be a command line. */
  private static void refuseTextOfAShell(List<Bytes> words) {
    boolean shell = false; // also behind env, sudo, timeout and the like
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i).lossy();
      if (shell && COMMAND_FOLLOWS.matcher(word).matches()) {
        int end = Math.min(words.size(), textBehind(words, i) + 1);
        words.subList(i, end).stream()
            .filter(each -> !each.equals(PLACE))
            .forEach(Template::refusePlaces);
      }
      shell |= SHELL.matcher(word).matches();
    }
  }

  /** The index of the first word from that of an option on which a shell takes for none. */
  private static int textBehind(List<Bytes> words, int option) {
    int at = option;
    while (at < words.size()) {
      String word = words.get(at).lossy();
      if (word.equals("--") || word.equals("-")) {
        return at + 1;
      }
      if (!word.startsWith("-") && !word.startsWith("+")) {
        return at;
      }
      // Each o takes a name from the words behind: -euo pipefail.
      at += 1 + (int) word.chars().filter(each -> each == 'o' || each == 'O').count();
    }
    return at;
  }

  private static void refusePlaces(Bytes text) {
    if (!all(text).isEmpty()) {
      throw new UsageException(
          "{} stands in what a shell is to run, where a line could become more than a word; write"
              + " \"$1\" there and give {} as a further argument: -- sh -c 'COMMAND with \"$1\"'"
              + " sh {}");
    }
  }

  private static List<Integer> all(Bytes text) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i + 1 < text.length(); i++) {
      if (text.at(i) == '{' && text.at(i + 1) == '}') {
        places.add(i);
        i++;
      }
    }
    return places;
  }

  Command fill(Bytes line) {
    if (command instanceof Command.Shell shell) {
      return new Command.Shell(pieces.get(0).fill(quote(line)), shell.shell());
    }
    return new Command.Argv(pieces.stream().map(piece -> piece.fill(line)).toList());
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
}
