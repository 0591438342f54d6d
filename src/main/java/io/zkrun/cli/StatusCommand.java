package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.TaskView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code zkrun status}. */
@Command(name = "status", description = "Shows tasks with their attempts.")
final class StatusCommand extends ClientCommand {
  @Parameters(paramLabel = "ID", arity = "1..*")
  List<String> words = new ArrayList<>();

  StatusCommand(Context context) {
    super(context);
  }

  @Override
  void check() {
    Object unused = ids(words);
  }

  @Override
  int ask(Client client) {
    List<TaskView> tasks = join(client.status(ids(words)));
    switch (form) {
      case json -> terminal().print(Documents.status(tasks));
      case quiet -> tasks.forEach(task -> terminal().println(task.id().value()));
      case table -> terminal().print(Tables.status(tasks, Instant.now()));
    }
    return 0;
  }
}
