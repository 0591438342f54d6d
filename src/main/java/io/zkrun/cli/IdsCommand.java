package io.zkrun.cli;

import io.zkrun.core.TaskId;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** A subcommand about one or more tasks that are there. */
abstract class IdsCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ID",
      arity = "1..*",
      description = "Tasks; - reads ids from standard input, separated by blanks or newlines.")
  List<String> words = new ArrayList<>();

  private List<TaskId> ids = List.of();

  IdsCommand(Context context) {
    super(context);
  }

  @Override
  void check() throws Exception {
    ids = ids(words);
  }

  List<TaskId> ids() {
    return ids;
  }
}
