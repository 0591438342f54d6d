package io.zkrun.cli;

import io.zkrun.config.ConnectString;
import io.zkrun.config.Given;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.core.ExitCode;
import io.zkrun.ensemble.doctor.Diagnosis;
import io.zkrun.ensemble.doctor.Facts;
import io.zkrun.ensemble.doctor.Gatherer;
import io.zkrun.znode.Json;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun doctor}. */
@Command(
    name = "doctor",
    description = {
      "Finds out what is wrong with the ensemble, and with zkrun on top.",
      "Exits with 0 where nothing is wrong (warnings and what could not be seen count as nothing), "
          + "else with 1."
    })
final class DoctorCommand extends Subcommand {
  private static final int SOMETHING_WRONG = 1;

  @Option(
      names = "--config",
      paramLabel = "ZOO.CFG",
      description =
          "This host's zoo.cfg; else the one of 'ensemble init', where it names this host.")
  @Nullable Path config;

  @Option(
      names = "--connect",
      paramLabel = "HOST:PORT,…[/CHROOT]",
      description = "The servers; else those of zoo.cfg, else those of the settings.")
  @Nullable String connect;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "The log of this host's server; else the file that its output goes to.")
  @Nullable Path log;

  @Option(
      names = "--bundle",
      paramLabel = "FILE",
      description = "Write what this host knows, for --compare elsewhere; judge nothing.")
  @Nullable Path bundle;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Judge bundles of several hosts together; look at nothing else.")
  List<Path> compare = List.of();

  @Option(names = "--output", paramLabel = "FORM", description = "table, json or quiet.")
  ClientCommand.Form form = ClientCommand.Form.table;

  DoctorCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    if (!compare.isEmpty()) {
      if (bundle != null || config != null || connect != null || log != null) {
        throw new UsageException(
            "--compare looks at bundles alone; leave --bundle, --config, --connect and --log out");
      }
      List<Facts> all = new ArrayList<>();
      for (Path file : compare) {
        all.add(read(file));
      }
      return tell(Diagnosis.of(all));
    }
    Facts facts = gather();
    if (facts == null) {
      return ExitCode.CONFIGURATION;
    }
    return bundle == null ? tell(Diagnosis.of(List.of(facts))) : write(facts, bundle);
  }

  // ---- bundles

  private static Facts read(Path file) {
    try {
      Facts facts = Json.readRecord(Facts.class, Files.readString(file));
      if (facts.schema() != Facts.SCHEMA) {
        throw new UsageException(
            "--compare "
                + file
                + ": not a bundle of this version; make it with 'zkrun doctor"
                + " --bundle'");
      }
      return facts;
    } catch (NoSuchFileException e) {
      throw new UsageException("--compare " + file + ": no such file");
    } catch (IOException e) {
      throw new UsageException(
          "--compare "
              + file
              + ": not a bundle ("
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
              + "); make it with 'zkrun doctor --bundle'");
    }
  }

  private int write(Facts facts, Path file) {
    try {
      Files.writeString(file, Json.writeRecord(facts) + "\n");
    } catch (IOException e) {
      String why =
          e instanceof NoSuchFileException
              ? "there is no such folder"
              : e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
      throw new UsageException("--bundle " + file + ": cannot be written (" + why + ")");
    }
    terminal()
        .note(
            "wrote what "
                + facts.host()
                + " knows to "
                + file
                + "; bring the bundles of all hosts together, then: zkrun doctor --compare FILE…");
    return ExitCode.OK;
  }

  // ---- looking

  private @Nullable Facts gather() throws InterruptedException, MistakenSettingsException {
    Settings all = settings();
    ZooKeeperSettings settings = all.zookeeper();
    Path zooCfg = config == null ? usual() : config.toAbsolutePath().normalize();
    ConnectString servers = settings.connect();
    try {
      return Gatherer.gather(
          new Gatherer.Asked(
              zooCfg,
              log == null ? null : log.toAbsolutePath(),
              servers.servers(),
              servers.chroot(),
              each -> context.clients().open(at(settings, each)),
              DaemonCommand.home(),
              all.worker().spool()));
    } catch (NoSuchFileException e) {
      terminal()
          .note(
              e.getMessage()
                  + " does not exist; nothing was looked at; name this host's zoo.cfg by --config,"
                  + " or leave it out on a host without a server");
    } catch (AccessDeniedException e) {
      terminal()
          .note(
              e.getMessage()
                  + " cannot be read by this user; nothing was looked at; try 'sudo zkrun doctor'");
    } catch (IOException e) {
      terminal().note(zooCfg + " cannot be read (" + e.getMessage() + "); check --config");
    }
    return null;
  }

  private static ZooKeeperSettings at(ZooKeeperSettings settings, String connect) {
    return new ZooKeeperSettings(
        ConnectString.parse(connect),
        settings.connectTimeout(),
        settings.juteMaxBufferBytes(),
        settings.sessionTimeout());
  }

  private Settings settings() throws MistakenSettingsException {
    List<Given> given = new ArrayList<>();
    if (connect != null) {
      given.add(Given.option("--connect", "zookeeper.connect", connect));
    }
    return Settings.load(Sources.ofProcess(null, DaemonCommand.home(), given));
  }

  /** Where {@code ensemble init} writes it; the tarball's example concerns nobody. */
  private @Nullable Path usual() {
    Path file = EnsembleFolders.zooCfg(terminal().environment()).toAbsolutePath().normalize();
    return Gatherer.concernsThisHost(file) ? file : null;
  }

  // ---- telling

  private int tell(Diagnosis diagnosis) {
    switch (form) {
      case json -> terminal().print(DoctorPages.json(diagnosis));
      case quiet -> diagnosis.findings().forEach(each -> terminal().println(each.code().name()));
      case table -> terminal().print(DoctorPages.table(diagnosis));
    }
    return diagnosis.errors().isEmpty() ? ExitCode.OK : SOMETHING_WRONG;
  }
}
