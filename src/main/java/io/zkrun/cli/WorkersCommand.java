package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.WorkerView;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code zkrun workers}. */
@Command(name = "workers", description = "Shows the workers.")
final class WorkersCommand extends ClientCommand {
  WorkersCommand(Context context) {
    super(context);
  }

  @Override
  int ask(Client client) {
    List<WorkerView> all = join(client.workers());
    switch (form) {
      case json -> terminal().print(Documents.workers(all));
      case quiet -> all.forEach(each -> terminal().println(each.name()));
      case table -> terminal().print(Tables.workers(all, Instant.now()));
    }
    if (all.isEmpty()) {
      terminal().note("no worker is up; start one with 'zkrun worker'");
    }
    return 0;
  }
}
