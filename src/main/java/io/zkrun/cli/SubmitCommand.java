package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.Submission;
import io.zkrun.core.Command;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code zkrun submit}. */
@CommandLine.Command(
    name = "submit",
    description = "Submits a task, and prints its id once the ensemble has it.")
final class SubmitCommand extends ClientCommand {
  static final String SUBMIT_AGAIN = "nothing was submitted; try again";

  @Mixin SpecOptions options = new SpecOptions();

  @Option(
      names = "--each",
      paramLabel = "FILE|-",
      description = "A task for each line, which stands for {} in the command.")
  @Nullable String each;

  @Option(names = "-0", description = "With --each: NUL bytes end the lines.")
  boolean nul;

  @Option(names = "--wait", description = "Wait for the end; exit as the task does.")
  boolean wait;

  @Parameters(paramLabel = "CMD", arity = "0..*", description = "The command, or -- PROG ARG…")
  List<String> words = new ArrayList<>();

  @Spec CommandSpec commandSpec = CommandSpec.create();

  private @Nullable InputStream lines;
  private TaskSpec spec = TaskSpec.of(Command.shell("true"));

  SubmitCommand(Context context) {
    super(context);
  }

  @Override
  void check() throws Exception {
    if (nul && each == null) {
      throw new UsageException("-0 has a meaning only with --each");
    }
    if (each != null && options.name != null) {
      throw new UsageException("--name names one task; it can't stand beside --each");
    }
    if ("-".equals(each) && !options.readsInput().isEmpty()) {
      throw new UsageException(
          "--each - and " + options.readsInput().get(0) + " both read standard input; give a file");
    }
    Command command = CommandWords.parse(commandSpec, words);
    spec = options.spec(command, terminal().in());
    Client.check(options.name, spec);
    if (each != null && !Template.hasPlace(command)) {
      throw new UsageException("the command holds no {}, so that every line would run the same");
    }
    lines = each == null ? null : Bulk.open(each, terminal());
  }

  @Override
  int ask(Client client) throws Exception {
    List<TaskId> ids = new ArrayList<>();
    boolean json = form == Form.json;
    try (IdList list = new IdList(terminal(), json)) {
      Consumer<Submission> print =
          submission -> {
            if (wait) {
              ids.add(submission.id());
            }
            if (!wait || !json) {
              list.add(submission.id(), alreadyThere(submission));
            }
          };
      submit(client, print);
      return wait
          ? Waiter.wait(client, terminal(), ids, null, (id, result) -> ended(list, id, result))
          : 0;
    }
  }

  private void submit(Client client, Consumer<Submission> print) throws IOException {
    if (lines == null || each == null) {
      print.accept(told(terminal(), join(submit(client, options.name, spec))));
      return;
    }
    try (InputStream in = lines) {
      new Bulk(terminal(), client, spec, nul, id -> print.accept(new Submission(id, false)))
          .submit(in, each);
    }
  }

  private void ended(IdList list, TaskId id, Result result) {
    if (form == Form.json) {
      list.add(id, Documents.ended(result));
    }
  }

  private static Map<String, ?> alreadyThere(Submission submission) {
    return submission.alreadyThere() ? Map.of("alreadyThere", true) : Map.of();
  }

  @Override
  String ifLost() {
    return SUBMIT_AGAIN;
  }

  static CompletableFuture<Submission> submit(Client client, @Nullable String name, TaskSpec spec) {
    return name == null
        ? client.submit(spec).thenApply(id -> new Submission(id, false))
        : client.submit(name, spec);
  }

  static Submission told(Terminal terminal, Submission submission) {
    if (submission.alreadyThere()) {
      terminal.note("task " + submission.id() + " was there already, with the same spec");
    }
    return submission;
  }
}
