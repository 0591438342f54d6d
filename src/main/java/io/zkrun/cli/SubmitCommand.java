package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.Submission;
import io.zkrun.core.Command;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
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
  private @Nullable String name;
  private TaskSpec spec = TaskSpec.of(Command.shell("true"));

  SubmitCommand(Context context) {
    super(context);
  }

  @Override
  void check() throws Exception {
    if (nul && each == null) {
      throw new UsageException("-0 has a meaning only with --each");
    }
    if (each != null && (options.name != null || options.oncePer != null)) {
      throw new UsageException(
          "--name and --once-per name one task; they can't stand beside --each");
    }
    if ("-".equals(each) && !options.readsInput().isEmpty()) {
      throw new UsageException(
          "--each - and " + options.readsInput().get(0) + " both read standard input; give a file");
    }
    Command command = CommandWords.parse(commandSpec, words);
    spec = options.spec(command, terminal());
    name = options.name(Instant.now());
    Client.check(name, spec);
    if (each != null) {
      Object unused = Template.of(command);
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
      print.accept(told(terminal(), join(submit(client, name, spec)), options, ""));
      options.noteUnread(terminal());
      return;
    }
    try (InputStream in = lines) {
      new Bulk(terminal(), client, spec, nul, id -> print.accept(Submission.made(id)))
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
        ? client.submit(spec).thenApply(Submission::made)
        : client.submit(name, spec);
  }

  /**
   * Tells of a task that was there before. With {@code --once-per} that is what was asked for,
   * unless its end is nearer to another time than to this one.
   *
   * @param consequence of its having ended
   */
  static Submission told(
      Terminal terminal, Submission submission, SpecOptions options, String consequence) {
    Instant ended = submission.endedAt();
    Instant now = Instant.now();
    boolean old = ended != null && isOld(ended, now, options.oncePer);
    if (submission.alreadyThere() && (options.oncePer == null || old)) {
      terminal.note(
          "task "
              + submission.id()
              + " was there already, with the same spec"
              + (ended == null ? "" : ", and ended " + Ages.between(ended, now) + " ago")
              + (ended == null ? "" : consequence + "; nothing runs now")
              + (ended == null ? "" : advice(options)));
    }
    return submission;
  }

  static boolean isOld(Instant ended, Instant now, @Nullable Long oncePerMillis) {
    return oncePerMillis != null
        && Duration.between(ended, now).multipliedBy(2).toMillis() >= oncePerMillis;
  }

  private static String advice(SpecOptions options) {
    return options.oncePer == null
        ? ": a name is one task; for one each day add --once-per 1d, or give another name"
        : options.zone == null
            ? "; days begin in UTC: --tz says in which time zone they are to begin"
            : "";
  }
}
