package io.zkrun.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of all subcommands. */
@Command(
    name = "zkrun",
    description = "Runs shell commands on a fleet of machines, coordinated by ZooKeeper.",
    mixinStandardHelpOptions = true,
    versionProvider = ZkrunCommand.Version.class,
    subcommands = {
      SubmitCommand.class,
      RunCommand.class,
      WaitCommand.class,
      StatusCommand.class,
      ListCommand.class,
      OutputCommand.class,
      CancelCommand.class,
      RerunCommand.class,
      ReleaseCommand.class,
      WorkersCommand.class,
      MastersCommand.class,
      DoctorCommand.class,
      VerifyCommand.class,
      DaemonCommand.Master.class,
      DaemonCommand.Worker.class,
      DaemonCommand.ByMode.class,
      StandaloneCommand.class,
      ZookeeperCommand.class,
      EnsembleCommand.class,
      ZkcliCommand.class,
      ConfigCommand.class,
      CompletionCommand.class,
      CommandLine.HelpCommand.class,
    })
final class ZkrunCommand {
  /** From the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"zkrun " + io.zkrun.cli.Version.current()};
    }
  }
}
