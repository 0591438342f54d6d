package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.core.TaskId;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code zkrun rerun}. */
@Command(name = "rerun", description = "Submits the same spec as a new task, and prints its id.")
final class RerunCommand extends IdsCommand {
  RerunCommand(Context context) {
    super(context);
  }

  @Override
  int ask(Client client) {
    try (IdList list = new IdList(terminal(), form == Form.json)) {
      for (TaskId id : ids()) {
        list.add(join(client.rerun(id)), Map.of("rerunOf", id.value()));
      }
    }
    return 0;
  }

  @Override
  String ifLost() {
    return "no more was submitted than ids are printed; try again for the rest";
  }
}
