package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.MasterView;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code zkrun masters}. */
@Command(name = "masters", description = "Shows who leads, and who stands by.")
final class MastersCommand extends ClientCommand {
  MastersCommand(Context context) {
    super(context);
  }

  @Override
  int ask(Client client) {
    List<MasterView> all = join(client.masters());
    switch (form) {
      case json -> terminal().print(Documents.masters(all));
      case quiet ->
          all.stream()
              .filter(each -> each.state() != MasterView.State.STANDS_BY)
              .forEach(each -> terminal().println(each.info().host()));
      case table -> terminal().print(Tables.masters(all, Instant.now()));
    }
    if (all.stream().allMatch(each -> each.state() == MasterView.State.STANDS_BY)) {
      terminal()
          .note(
              all.isEmpty()
                  ? "no master leads; start one with 'zkrun master'"
                  : "no master leads at this moment; one that stands by is about to");
    }
    return 0;
  }
}
