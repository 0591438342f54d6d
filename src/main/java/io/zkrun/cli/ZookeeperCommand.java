package io.zkrun.cli;

import io.zkrun.core.ExitCode;
import io.zkrun.ensemble.CfgMistake;
import io.zkrun.ensemble.EnsemblePlan;
import io.zkrun.ensemble.Preflight;
import io.zkrun.ensemble.ZooCfg;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun zookeeper}. */
@Command(
    name = "zookeeper",
    description = {
      "Runs the ZooKeeper server that zoo.cfg describes, in the foreground.",
      "It first looks at the file, the folders and the network of this host, and says all that"
          + " would keep it from starting at once (exit code 78)."
    },
    footer = {
      "",
      "Its log goes where conf/simplelogger.properties says: to standard output unless changed there"
          + " or by --log-file. Memory and jute.maxbuffer:"
          + " ZKRUN_JAVA_OPTS='-Xmx2g -Djute.maxbuffer=4194304'."
    })
final class ZookeeperCommand extends Subcommand {
  @Option(
      names = "--config",
      paramLabel = "ZOO.CFG",
      description =
          "Default: ~/.config/zkrun/zoo.cfg where that is there, else conf/zoo.cfg of the"
              + " installation, as 'ensemble init' writes them.")
  @Nullable Path config;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description = "The log is appended there, instead of standard output.")
  @Nullable Path logFile;

  @Option(names = "--check", description = "Only looks, and says what it saw.")
  boolean check;

  ZookeeperCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    Path file =
        (config == null ? EnsembleFolders.zooCfg(terminal().environment()) : config)
            .toAbsolutePath()
            .normalize();
    ZooCfg cfg;
    try {
      cfg = read(file);
    } catch (IOException e) {
      terminal().note(String.valueOf(e.getMessage()));
      return ExitCode.CONFIGURATION;
    }
    List<CfgMistake> mistakes = Preflight.check(cfg);
    mistakes.stream()
        .filter(mistake -> !mistake.isError())
        .forEach(mistake -> terminal().note("warning: " + mistake.text()));
    List<CfgMistake> errors = mistakes.stream().filter(CfgMistake::isError).toList();
    if (!errors.isEmpty()) {
      terminal().note(text(errors));
      return ExitCode.CONFIGURATION;
    }
    if (check) {
      terminal().note("nothing keeps the server of " + file + " from starting");
      return ExitCode.OK;
    }
    if (logFile != null) {
      log(logFile);
    }
    return new Foreground().run(new ZookeeperDaemon(cfg));
  }

  private ZooCfg read(Path file) throws IOException {
    ZooCfg cfg;
    boolean example;
    try {
      cfg = ZooCfg.read(file);
      example = EnsemblePlan.isExample(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      String missing = e.getMessage();
      throw new IOException(
          missing
              + " does not exist; nothing was started; set this host up by"
              + " 'zkrun ensemble init --servers HOST,HOST,HOST', or name the file by --config",
          e);
    } catch (AccessDeniedException e) {
      throw new IOException(
          e.getMessage() + " cannot be read by this user; nothing was started; check its rights",
          e);
    } catch (IOException | InvalidPathException e) {
      throw new IOException(
          file + " cannot be read (" + e.getMessage() + "); nothing was started; check --config",
          e);
    }
    if (example) {
      throw new IOException(
          file
              + " is the example of the tarball, for nobody's hosts; nothing was started; set this"
              + " host up: zkrun ensemble init --servers HOST,HOST,HOST; or take out its first line,"
              + " if your hosts have these names");
    }
    return cfg;
  }

  private static String text(List<CfgMistake> errors) {
    String count = errors.size() == 1 ? "1 mistake keeps" : errors.size() + " mistakes keep";
    return errors.stream()
        .map(error -> "\n  " + error.text())
        .collect(Collectors.joining("", count + " the ZooKeeper server from starting:", ""));
  }

  /** The logger writes to whatever standard output is when it first logs. */
  private static void log(Path file) {
    try {
      System.setOut(
          new PrintStream(new FileOutputStream(file.toFile(), true), true, StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      throw new UsageException(
          "--log-file " + file + ": cannot be written (" + e.getMessage() + ")");
    }
    System.setProperty("org.slf4j.simpleLogger.logFile", "System.out");
  }
}
