package io.zkrun.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all subcommands have in common. */
abstract class Subcommand implements Callable<Integer> {
  final Context context;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  Subcommand(Context context) {
    this.context = context;
  }

  Terminal terminal() {
    return context.terminal();
  }

  @Override
  public abstract Integer call() throws Exception;
}
