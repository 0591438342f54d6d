package io.zkrun.cli;

import java.util.Iterator;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code zkrun completion}. */
@Command(name = "completion", description = "Prints a completion script for a shell.")
final class CompletionCommand extends Subcommand {
  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Shells.class,
      description = "bash or zsh.")
  String shell = "";

  CompletionCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (!shell.equals("bash") && !shell.equals("zsh")) {
      throw new UsageException("'" + shell + "' is no known shell; give bash or zsh");
    }
    terminal().print(script(new Cli(terminal(), context.clients()).commandLine()));
    return 0;
  }

  /**
   * The script for both shells, which the launcher prints from a file, to spare each new shell the
   * start of a JVM. It loads bashcompinit by itself where it runs in zsh.
   */
  static String script(CommandLine line) {
    return AutoComplete.bash("zkrun", line);
  }

  private static final class Shells implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("bash", "zsh").iterator();
    }
  }
}
