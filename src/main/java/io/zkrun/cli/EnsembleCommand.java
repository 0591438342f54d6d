package io.zkrun.cli;

import picocli.CommandLine.Command;

/** {@code zkrun ensemble}. */
@Command(
    name = "ensemble",
    description = "Sets up and shows the ZooKeeper ensemble.",
    subcommands = {EnsembleInitCommand.class, EnsembleStatusCommand.class})
final class EnsembleCommand extends Subcommand {
  EnsembleCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() {
    throw new UsageException("say what: 'zkrun ensemble init' or 'zkrun ensemble status'");
  }
}
