package io.zkrun.cli;

import io.zkrun.core.TaskId;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** A subcommand about one or more tasks that are there. */
abstract class IdsCommand extends ClientCommand {
  @Parameters(paramLabel = "ID", arity = "1..*")
  List<String> words = new ArrayList<>();

  IdsCommand(Context context) {
    super(context);
  }

  @Override
  void check() {
    Object unused = ids();
  }

  List<TaskId> ids() {
    return ids(words);
  }
}
