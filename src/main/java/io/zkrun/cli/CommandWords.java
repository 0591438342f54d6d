package io.zkrun.cli;

import io.zkrun.core.Command;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Tells {@code 'CMD'} from {@code -- PROG ARG…}. */
final class CommandWords {
  private CommandWords() {}

  static Command parse(CommandSpec spec, List<String> words) {
    List<String> all = spec.commandLine().getParseResult().originalArgs();
    int after = after(all);
    if (words.isEmpty()) {
      throw new UsageException(
          "a command is missing; give a shell command line, or -- and a program");
    }
    if (after < 0 && words.size() == 1) {
      return new Command.Shell(RawText.bytes(words.get(0)), Command.DEFAULT_SHELL);
    }
    if (after < 0) {
      throw new UsageException(
          "the command is several words; put a shell command line into quotes, or write -- before"
              + " a program and its arguments");
    }
    if (words.size() != all.size() - after) {
      throw new UsageException("give either a shell command line, or -- and a program, not both");
    }
    return new Command.Argv(words.stream().map(RawText::bytes).toList());
  }

  private static int after(List<String> all) {
    int at = all.indexOf("--");
    return at < 0 ? -1 : at + 1;
  }
}
