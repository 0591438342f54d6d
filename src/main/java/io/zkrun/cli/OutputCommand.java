package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.client.TaskView;
import io.zkrun.core.Output;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zkrun output}. */
@Command(name = "output", description = "Prints the stored output of a task, byte for byte.")
final class OutputCommand extends ClientCommand {
  @Option(names = "--stdout", description = "Its standard output alone (the default).")
  boolean stdout;

  @Option(names = "--stderr", description = "Its standard error alone.")
  boolean stderr;

  @Parameters(paramLabel = "ID")
  String word = "";

  OutputCommand(Context context) {
    super(context);
  }

  @Override
  void check() {
    if (stdout && stderr) {
      throw new UsageException("give --stdout or --stderr, not both");
    }
    Object unused = id(word);
  }

  @Override
  int ask(Client client) {
    TaskId id = id(word);
    TaskView task = join(client.status(List.of(id))).get(0);
    Result result = task.result();
    if (result == null) {
      throw new ClientException(
          Problem.NOT_ENDED,
          "task " + id + " is " + task.state().json(),
          "its output is here once it has ended; wait with 'zkrun wait " + id + "'");
    }
    if (form == Form.json) {
      terminal().print(Documents.output(id, result));
      return 0;
    }
    Output output = stderr ? result.stderr() : result.stdout();
    terminal().write(output.kept().toArray());
    noteIfCut(terminal(), stderr ? "stderr" : "stdout", output, result);
    return 0;
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
              + " bytes"
              + where);
    }
  }
}
