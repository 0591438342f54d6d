package io.zkrun.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code zkrun completion}. */
@Command(name = "completion", description = "Prints a completion script for a shell.")
final class CompletionCommand extends Subcommand {
  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  String shell = "";

  CompletionCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (!shell.equals("bash") && !shell.equals("zsh")) {
      throw new UsageException("'" + shell + "' is no known shell; give bash or zsh");
    }
    // picocli's script loads bashcompinit by itself where it runs in zsh.
    terminal()
        .print(AutoComplete.bash("zkrun", new Cli(terminal(), context.clients()).commandLine()));
    return 0;
  }
}
