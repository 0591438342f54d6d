package io.zkrun.cli;

import io.zkrun.config.Effective;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.core.Escaped;
import io.zkrun.core.ExitCode;
import io.zkrun.znode.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun config}. */
@Command(
    name = "config",
    description = "Checks or shows the settings.",
    subcommands = {ConfigCommand.Check.class, ConfigCommand.Show.class})
final class ConfigCommand extends Subcommand {
  ConfigCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() {
    throw new UsageException("say what: 'zkrun config check' or 'zkrun config show'");
  }

  /** {@code zkrun config check}. */
  @Command(name = "check", description = "Lists every mistake in the settings at once.")
  static final class Check extends SettingsCommand {
    Check(Context context) {
      super(context);
    }

    @Override
    public Integer call() throws MistakenSettingsException {
      Object unused = settings();
      terminal().note("no mistakes in the settings");
      return ExitCode.OK;
    }
  }

  /** {@code zkrun config show}. */
  @Command(name = "show", description = "Shows every setting and where its value comes from.")
  static final class Show extends SettingsCommand {
    @Option(names = "--output", paramLabel = "FORM", description = "table or json.")
    ClientCommand.Form form = ClientCommand.Form.table;

    Show(Context context) {
      super(context);
    }

    @Override
    public Integer call() throws MistakenSettingsException {
      Settings settings = settings();
      if (form == ClientCommand.Form.json) {
        terminal().println(Json.write(json(settings)));
      } else {
        settings.effective().forEach(each -> terminal().println(line(each)));
      }
      return ExitCode.OK;
    }

    private static String line(Effective each) {
      return Escaped.of(each.key() + " = " + each.shown() + "    # " + each.origin().text());
    }

    private static Map<String, Object> json(Settings settings) {
      List<Map<String, Object>> entries = new ArrayList<>();
      for (Effective each : settings.effective()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("key", each.key());
        entry.put("value", each.shown());
        entry.put("origin", each.origin().text());
        entries.add(entry);
      }
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("schema", Json.SCHEMA);
      document.put("settings", entries);
      return document;
    }
  }
}
