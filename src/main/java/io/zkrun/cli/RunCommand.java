package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.core.Command;
import io.zkrun.core.ExitCode;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code zkrun run}. */
@CommandLine.Command(
    name = "run",
    description = "Submits a task, waits, prints its output, and exits as it did.")
final class RunCommand extends ClientCommand {
  private static final int CANCEL_SECONDS = 15;

  @Option(
      names = "--local",
      description = "Bring a whole cluster along, for this one command, and leave nothing behind.")
  boolean local;

  @Mixin SpecOptions options = new SpecOptions();

  @Parameters(paramLabel = "CMD", arity = "0..*", description = "The command, or -- PROG ARG…")
  List<String> words = new ArrayList<>();

  @Spec CommandSpec commandSpec = CommandSpec.create();

  private @Nullable LocalCluster cluster;
  private TaskSpec spec = TaskSpec.of(Command.shell("true"));

  RunCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    if (!local) {
      return super.call();
    }
    if (connect != null) {
      throw new UsageException("--local brings its own ZooKeeper; leave --connect out");
    }
    try (LocalCluster own = LocalCluster.start()) {
      cluster = own;
      connect = own.connect();
      return super.call();
    }
  }

  @Override
  void check() throws Exception {
    spec = options.spec(CommandWords.parse(commandSpec, words), terminal().in());
    SubmitCommand.refuse(spec);
  }

  @Override
  int ask(Client client) throws Exception {
    TaskId id = SubmitCommand.submitOne(client, terminal(), options.name, spec);
    Thread hook = Interrupt.install(() -> cancel(client, id));
    if (terminal().showsProgress()) {
      terminal().note("task " + id);
    }
    int code = Waiter.wait(client, List.of(id), null, this::print);
    if (!Interrupt.isPending()) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
    return code;
  }

  private void print(Result result) {
    terminal().write(result.stdout().kept().toArray());
    byte[] errors = result.stderr().kept().toArray();
    terminal().err().write(errors, 0, errors.length);
    terminal().err().flush();
    OutputCommand.noteIfCut(terminal(), "stdout", result.stdout(), result);
    OutputCommand.noteIfCut(terminal(), "stderr", result.stderr(), result);
    if (result.reason() != null) {
      terminal().note(result.outcome().json() + ": " + result.reason());
    }
  }

  /** On Ctrl-C; the JVM ends with 130 or 143 by itself afterwards. */
  private void cancel(Client client, TaskId id) {
    terminal().note("interrupted; cancelling task " + id);
    try {
      Object unused = client.cancel(id, "interrupted").get(CANCEL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      terminal()
          .note(
              "task "
                  + id
                  + " may still run (exit "
                  + ExitCode.CANCELLED
                  + "); see it with"
                  + " 'zkrun status "
                  + id
                  + "'");
    }
    closeCluster();
  }

  private void closeCluster() {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } catch (IOException e) {
      terminal().note("cannot clean up: " + e.getMessage());
    }
  }
}
