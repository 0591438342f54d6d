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
  @Option(names = "--as", required = true, description = "rerun or fail.")
  OnLost as = OnLost.FAIL;

  @Parameters(paramLabel = "ID")
  String word = "";

  ReleaseCommand(Context context) {
    super(context);
  }

  @Override
  void check() {
    if (as == OnLost.HOLD) {
      throw new UsageException("--as hold is what it is already; give rerun or fail");
    }
    Object unused = id(word);
  }

  @Override
  int ask(Client client) {
    Object unused = join(client.release(id(word), as));
    try (IdList list = new IdList(terminal(), form == Form.json)) {
      list.add(id(word), Map.of("releasedAs", as.json()));
    }
    return 0;
  }

  @Override
  String ifLost() {
    return "it may have been released; see 'zkrun status " + word + "'";
  }
}
