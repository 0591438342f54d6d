package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.Submission;
import io.zkrun.core.Command;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    if ("-".equals(each) && "-".equals(options.stdin)) {
      throw new UsageException("--each - and --stdin - both read standard input; give a file");
    }
    Command command = CommandWords.parse(commandSpec, words);
    spec = options.spec(command, terminal().in());
    refuse(spec);
    if (each != null && !Template.hasPlace(command)) {
      throw new UsageException("the command holds no {}, so that every line would run the same");
    }
  }

  static void refuse(TaskSpec spec) {
    List<SpecProblem> problems = SpecProblem.check(spec);
    if (!problems.isEmpty()) {
      throw new UsageException(
          String.join("; ", problems.stream().map(SpecProblem::toString).toList())
              + "; nothing was submitted");
    }
  }

  @Override
  int ask(Client client) throws Exception {
    List<TaskId> ids = new ArrayList<>();
    if (each != null) {
      new Bulk(terminal(), client, spec, nul, id -> print(id, ids)).submit(each);
    } else {
      print(submitOne(client, terminal(), options.name, spec), ids);
    }
    return wait ? Waiter.wait(client, ids, null, result -> {}) : 0;
  }

  static TaskId submitOne(Client client, Terminal terminal, @Nullable String name, TaskSpec spec) {
    if (name == null) {
      return join(client.submit(spec));
    }
    Submission submission = join(client.submit(name, spec));
    if (submission.alreadyThere()) {
      terminal.note("task " + name + " was there already, with the same spec");
    }
    return submission.id();
  }

  private void print(TaskId id, List<TaskId> ids) {
    if (wait) {
      ids.add(id);
    }
    if (form == Form.json) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("schema", Json.SCHEMA);
      json.put("id", id.value());
      terminal().println(Json.write(json));
    } else {
      terminal().println(id.value());
    }
  }
}
