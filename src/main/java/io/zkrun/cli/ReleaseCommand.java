package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun release}. */
@Command(name = "release", description = "Decides about tasks that are held for their lost worker.")
final class ReleaseCommand extends IdsCommand {
  @Option(
      names = "--as",
      required = true,
      description = "rerun: run it again elsewhere; fail: end it as lost.")
  As as = As.fail;

  /** What becomes of the task. */
  enum As {
    rerun(OnLost.RERUN),
    fail(OnLost.FAIL);

    final OnLost onLost;

    As(OnLost onLost) {
      this.onLost = onLost;
    }
  }

  ReleaseCommand(Context context) {
    super(context);
  }

  @Override
  int ask(Client client) {
    try (IdList list = new IdList(terminal(), form == Form.json)) {
      for (TaskId id : ids()) {
        Object unused = join(client.release(id, as.onLost));
        list.add(id, Map.of("releasedAs", as.name()));
      }
    }
    return 0;
  }

  @Override
  String ifLost() {
    return "what is printed was released, the next may have been; see 'zkrun list --state held'";
  }
}
