package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.core.TaskId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zkrun wait}. */
@Command(
    name = "wait",
    description =
        "Waits for tasks; exits with the highest of their codes. Prints nothing, unless --output"
            + " says table or json.")
final class WaitCommand extends ClientCommand {
  @Option(names = "--timeout", converter = Durations.class, description = "Give up after, e.g. 5m.")
  @Nullable Long timeout;

  @Parameters(paramLabel = "ID", arity = "1..*", description = "Tasks; - reads ids from stdin.")
  List<String> words = new ArrayList<>();

  private List<TaskId> ids = List.of();

  WaitCommand(Context context) {
    super(context);
    form = Form.quiet;
  }

  @Override
  void check() throws Exception {
    List<String> all = new ArrayList<>();
    for (String word : words) {
      if (word.equals("-")) {
        standardInput()
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .forEach(all::add);
      } else {
        all.add(word);
      }
    }
    ids = ids(all);
  }

  private String standardInput() {
    try {
      return new String(terminal().in().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UsageException(
          "cannot read ids from standard input: " + e.getMessage() + "; nothing was waited for");
    }
  }

  @Override
  int ask(Client client) throws Exception {
    Table table = Tables.ended();
    try (IdList list = new IdList(terminal(), form == Form.json)) {
      int code =
          Waiter.wait(
              client,
              terminal(),
              ids,
              timeout,
              (id, result) -> {
                switch (form) {
                  case json -> list.add(id, Documents.ended(result));
                  case table -> Tables.addEnded(table, id, result);
                  case quiet -> {}
                }
              });
      if (form == Form.table) {
        terminal().print(table.text());
      }
      return code;
    }
  }
}
