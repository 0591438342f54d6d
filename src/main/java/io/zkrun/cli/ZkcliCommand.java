package io.zkrun.cli;

import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.ensemble.ZooKeeperShell;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code zkrun zkcli}. */
@Command(
    name = "zkcli",
    description = {
      "ZooKeeper's own command line (zkCli.sh), connected by zkrun's settings, chroot included.",
      "With a command it runs that alone; without one it reads commands, a line each."
    },
    footer = {"", "For example: zkrun zkcli ls -R /tasks", "Its own commands: zkrun zkcli help"})
final class ZkcliCommand extends SettingsCommand {

  @Parameters(paramLabel = "WORD", description = "Goes to ZooKeeper's command line as it is.")
  List<String> words = new ArrayList<>();

  ZkcliCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws MistakenSettingsException, InterruptedException {
    for (String word : words) {
      if (!word.startsWith("-")) {
        break;
      }
      if (word.startsWith("--") || word.equals("-server")) {
        throw new UsageException(
            word + " is unknown before the command; name the servers by --connect");
      }
    }
    ZooKeeperSettings settings = settings().zookeeper();
    System.setProperty("jute.maxbuffer", Long.toString(settings.juteMaxBufferBytes()));
    String servers = settings.connect().toString();
    int timeout = (int) settings.connectTimeout().toMillis();
    try {
      return ZooKeeperShell.run(servers, timeout, words);
    } catch (IOException e) {
      throw unreachable(settings);
    }
  }
}
