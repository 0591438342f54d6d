package io.zkrun.cli;

import io.zkrun.config.ConnectString;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.ensemble.EnsembleStatus;
import io.zkrun.ensemble.Survey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun ensemble status}. */
@Command(
    name = "status",
    description = "Shows each server, and whether there is a quorum.",
    footer = "Exit code: 0 all serve, 1 degraded, 2 no quorum.")
final class EnsembleStatusCommand extends SettingsCommand {
  private static final Duration MAX_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final String HOME = "\033[H";
  private static final String CLEAR_LINE = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";

  @Option(names = "--output", paramLabel = "FORM", description = "table, json or quiet.")
  ClientCommand.Form form = ClientCommand.Form.table;

  @Option(names = "--watch", description = "Show it again every 2 s, until Ctrl-C.")
  boolean watch;

  EnsembleStatusCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    ZooKeeperSettings settings = settings().zookeeper();
    Duration given = settings.connectTimeout();
    Duration timeout = given.compareTo(MAX_TIMEOUT) < 0 ? given : MAX_TIMEOUT;
    return watch ? watch(settings.connect(), timeout) : show(settings.connect(), timeout);
  }

  private int show(ConnectString connect, Duration timeout) {
    EnsembleStatus status = Survey.of(connect, timeout);
    terminal().print(text(status));
    note(status);
    return status.state().exitCode();
  }

  /** Where a person watches, each answer takes the place of the one before. */
  private int watch(ConnectString connect, Duration timeout) throws InterruptedException {
    boolean inPlace = form != ClientCommand.Form.json && Terminal.isTerminal(1);
    while (true) {
      EnsembleStatus status = Survey.of(connect, timeout);
      String text = text(status);
      if (inPlace) {
        terminal().print(inPlace(time() + text + status.unseen().map(u -> u + "\n").orElse("")));
      } else {
        terminal().print(form == ClientCommand.Form.table ? time() + text + "\n" : text);
      }
      Thread.sleep(
          EVERY.toMillis()); // Nothing to wait for but the time itself; Ctrl-C ends the JVM.
    }
  }

  private static String time() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n";
  }

  static String inPlace(String text) {
    return HOME + text.replace("\n", CLEAR_LINE + "\n") + CLEAR_BELOW;
  }

  private String text(EnsembleStatus status) {
    return switch (form) {
      case json -> EnsembleText.json(status);
      case quiet -> status.state().json() + "\n";
      case table -> EnsembleText.table(status);
    };
  }

  private void note(EnsembleStatus status) {
    if (form == ClientCommand.Form.table) {
      status.unseen().ifPresent(terminal()::note);
    }
  }
}
