package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.client.TaskView;
import io.zkrun.core.Output;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import java.util.List;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun output}. */
@Command(
    name = "output",
    description = "Prints the stored outputs of tasks, byte for byte, one after the other.")
final class OutputCommand extends IdsCommand {
  @Option(names = "--stdout", description = "Its standard output alone (the default).")
  boolean stdout;

  @Option(names = "--stderr", description = "Its standard error alone.")
  boolean stderr;

  OutputCommand(Context context) {
    super(context);
  }

  @Override
  void check() throws Exception {
    if (stdout && stderr) {
      throw new UsageException("give --stdout or --stderr, not both");
    }
    super.check();
  }

  /** One after the other, as {@code cat} does: also where one of them has none. */
  @Override
  int ask(Client client) {
    boolean several = words.size() > 1 || words.contains("-");
    ClientException missing = null;
    try (IdList list = new IdList(terminal(), several && form == Form.json)) {
      for (TaskId id : ids()) {
        try {
          Result result = result(id, join(client.status(List.of(id))).get(0));
          if (form != Form.json) {
            print(result);
          } else if (several) {
            list.add(id, Documents.outputs(result));
          } else {
            terminal().print(Documents.output(id, result));
          }
        } catch (CompletionException | ClientException e) {
          missing = missing(e, several);
        }
      }
    }
    if (missing != null) {
      throw missing;
    }
    return 0;
  }

  private ClientException missing(RuntimeException e, boolean several) {
    ClientException cause =
        e instanceof ClientException client
            ? client
            : e.getCause() instanceof ClientException client ? client : null;
    if (cause == null
        || (cause.problem() != Problem.NOT_ENDED && cause.problem() != Problem.UNKNOWN_TASK)) {
      throw e;
    }
    if (several) {
      terminal().note(String.valueOf(cause.getMessage()));
      return new ClientException(
          cause.problem(), "not every task has an output", "what there is was printed");
    }
    return cause;
  }

  private static Result result(TaskId id, TaskView task) {
    Result result = task.result();
    if (result == null) {
      throw new ClientException(
          Problem.NOT_ENDED,
          "task " + id + " is " + task.state().json(),
          "its output is here once it has ended; wait with 'zkrun wait " + id + "'");
    }
    return result;
  }

  private void print(Result result) {
    Output output = stderr ? result.stderr() : result.stdout();
    terminal().write(output.kept().toArray());
    noteIfCut(terminal(), stderr ? "stderr" : "stdout", output, result);
  }

  static void noteIfCut(Terminal terminal, String stream, Output output, Result result) {
    if (output.truncated()) {
      String where =
          output.file() == null
              ? ""
              : "; all of it: worker " + result.worker() + ", file " + output.file();
      terminal.note(
          stream
              + " was cut: "
              + output.kept().length()
              + " of "
              + output.bytes()
              + " bytes, the middle is missing"
              + where);
    }
  }
}
