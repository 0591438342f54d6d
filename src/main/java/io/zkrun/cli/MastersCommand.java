package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.MasterView;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code zkrun masters}. */
@Command(name = "masters", description = "Shows who leads.")
final class MastersCommand extends ClientCommand {
  MastersCommand(Context context) {
    super(context);
  }

  @Override
  int ask(Client client) {
    List<MasterView> all = join(client.masters());
    switch (form) {
      case json -> terminal().print(Documents.masters(all));
      case quiet -> all.forEach(each -> terminal().println(each.info().host()));
      case table -> terminal().print(Tables.masters(all, Instant.now()));
    }
    if (all.isEmpty()) {
      terminal().note("no master leads; start one with 'zkrun master'");
    }
    return 0;
  }
}
