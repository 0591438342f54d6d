package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.core.OnLost;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zkrun release}. */
@Command(name = "release", description = "Decides about a task that is held for its lost worker.")
final class ReleaseCommand extends ClientCommand {
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

  @Parameters(paramLabel = "ID")
  String word = "";

  ReleaseCommand(Context context) {
    super(context);
  }

  @Override
  void check() {
    Object unused = id(word);
  }

  @Override
  int ask(Client client) {
    Object unused = join(client.release(id(word), as.onLost));
    try (IdList list = new IdList(terminal(), form == Form.json)) {
      list.add(id(word), Map.of("releasedAs", as.name()));
    }
    return 0;
  }

  @Override
  String ifLost() {
    return "it may have been released; see 'zkrun status " + word + "'";
  }
}
