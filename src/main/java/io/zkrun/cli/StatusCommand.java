package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.TaskView;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code zkrun status}. */
@Command(name = "status", description = "Shows tasks with their attempts.")
final class StatusCommand extends IdsCommand {
  StatusCommand(Context context) {
    super(context);
  }

  @Override
  int ask(Client client) {
    List<TaskView> tasks = join(client.status(ids()));
    switch (form) {
      case json -> terminal().print(Documents.status(tasks));
      case quiet -> tasks.forEach(task -> terminal().println(task.id().value()));
      case table -> terminal().print(Tables.status(tasks, Instant.now()));
    }
    return 0;
  }
}
