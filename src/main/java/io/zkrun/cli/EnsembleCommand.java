package io.zkrun.cli;

import picocli.CommandLine.Command;

/** {@code zkrun ensemble}. */
@Command(
    name = "ensemble",
    description = "Shows the ZooKeeper ensemble.",
    subcommands = {EnsembleStatusCommand.class})
final class EnsembleCommand extends Subcommand {
  EnsembleCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() {
    throw new UsageException("say what: 'zkrun ensemble status'");
  }
}
