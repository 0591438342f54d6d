package io.zkrun.cli;

import io.zkrun.client.Client;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun wait}. */
@Command(
    name = "wait",
    description =
        "Waits for tasks; exits with the highest of their codes. Prints nothing, unless --output"
            + " says table or json.")
final class WaitCommand extends IdsCommand {
  @Option(names = "--timeout", converter = Durations.class, description = "Give up after, e.g. 5m.")
  @Nullable Long timeout;

  WaitCommand(Context context) {
    super(context);
    form = Form.quiet;
  }

  @Override
  int ask(Client client) throws Exception {
    Table table = Tables.ended();
    try (IdList list = new IdList(terminal(), form == Form.json)) {
      int code =
          Waiter.wait(
              client,
              terminal(),
              ids(),
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
