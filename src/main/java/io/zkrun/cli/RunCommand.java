package io.zkrun.cli;

import io.zkrun.client.Cancellation;
import io.zkrun.client.Client;
import io.zkrun.client.Submission;
import io.zkrun.core.Command;
import io.zkrun.core.ExitCode;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
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
  private static final int PRINT_SECONDS = 2;
  private static final int START_SECONDS = 30;

  /** What a shell says of a command that SIGINT ended. */
  private static final int INTERRUPTED = 130;

  @Option(
      names = "--local",
      description = "Bring a whole cluster along, for this one command, and leave nothing behind.")
  boolean local;

  @Option(names = "--wait", description = "It waits anyhow: for those who change submit to run.")
  boolean wait;

  @Mixin SpecOptions options = new SpecOptions();

  @Parameters(paramLabel = "CMD", arity = "0..*", description = "The command, or -- PROG ARG…")
  List<String> words = new ArrayList<>();

  @Spec CommandSpec commandSpec = CommandSpec.create();

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable CompletableFuture<LocalCluster> cluster;
  private @Nullable Supplier<CompletableFuture<Cancellation>> cancel;
  private volatile String named = "the task";
  private boolean interrupted;
  private TaskSpec spec = TaskSpec.of(Command.shell("true"));

  RunCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    if (local && connect != null) {
      throw new UsageException("--local brings its own ZooKeeper; leave --connect out");
    }
    Thread hook = Interrupt.install(this::interrupted);
    try {
      return local ? callLocally() : super.call();
    } finally {
      ended.countDown();
      Interrupt.remove(hook);
    }
  }

  private Integer callLocally() throws Exception {
    CompletableFuture<LocalCluster> starting = new CompletableFuture<>();
    cluster = starting;
    try (LocalCluster own = LocalCluster.start(config, defined())) {
      starting.complete(own);
      connect = own.connect();
      return super.call();
    } finally {
      starting.cancel(false); // where it has not started
    }
  }

  @Override
  void check() throws Exception {
    spec = options.spec(CommandWords.parse(commandSpec, words), terminal().in());
    Client.check(options.name, spec);
  }

  @Override
  int ask(Client client) throws Exception {
    CompletableFuture<Submission> submitted = submit(client);
    if (submitted == null) {
      Interrupt.await();
      return ExitCode.CANCELLED;
    }
    TaskId id = SubmitCommand.told(terminal(), join(submitted)).id();
    if (terminal().showsProgress()) {
      terminal().note("task " + id);
    }
    return Waiter.wait(
        client, terminal(), List.of(id), null, (task, result) -> print(client, task, result));
  }

  /** Null where an interrupt came before. */
  private synchronized @Nullable CompletableFuture<Submission> submit(Client client) {
    if (interrupted) {
      return null;
    }
    CompletableFuture<Submission> submission = SubmitCommand.submit(client, options.name, spec);
    Object unused = submission.thenAccept(task -> named = "task " + task.id());
    cancel = () -> submission.thenCompose(task -> client.cancel(task.id(), "interrupted"));
    return submission;
  }

  private synchronized @Nullable Supplier<CompletableFuture<Cancellation>> interrupt() {
    interrupted = true;
    return cancel;
  }

  @Override
  String ifLost() {
    return SubmitCommand.SUBMIT_AGAIN;
  }

  private void print(Client client, TaskId id, Result result) {
    if (form == Form.json) {
      terminal().print(Documents.status(join(client.status(List.of(id)))));
    } else {
      print(id, result);
    }
  }

  private void print(TaskId id, Result result) {
    try {
      terminal().write(result.stdout().kept().toArray());
    } catch (Terminal.OutputException e) {
      throw e.with("task " + id + " has ended; see 'zkrun output " + id + "'");
    }
    byte[] errors = result.stderr().kept().toArray();
    terminal().err().write(errors, 0, errors.length);
    terminal().err().flush();
    OutputCommand.noteIfCut(terminal(), "stdout", result.stdout(), result);
    OutputCommand.noteIfCut(terminal(), "stderr", result.stderr(), result);
    if (result.reason() != null) {
      terminal().note(result.outcome().json() + ": " + result.reason());
    }
  }

  /** On Ctrl-C and the like; the JVM ends with 130 or 143 by itself afterwards. */
  private void interrupted() {
    Supplier<CompletableFuture<Cancellation>> asked = interrupt();
    if (!local) {
      Signals.on("INT", this::leave);
    }
    try {
      if (asked != null) {
        terminal().note("interrupted; cancelling " + named);
        Object unused = asked.get().get(CANCEL_SECONDS, TimeUnit.SECONDS);
        boolean unusedWait = ended.await(PRINT_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      terminal()
          .note(
              named
                  + " has not ended within "
                  + CANCEL_SECONDS
                  + " s and may still run; its cancel is recorded; see 'zkrun list'");
    }
    closeCluster();
  }

  /** On a second Ctrl-C: whoever presses it does not want to wait. */
  private void leave() {
    terminal()
        .note(
            "interrupted again; not waiting for "
                + named
                + ", which was asked to end and may still run; see 'zkrun list'");
    Runtime.getRuntime().halt(INTERRUPTED);
  }

  private void closeCluster() {
    try {
      if (cluster != null) {
        cluster.get(START_SECONDS, TimeUnit.SECONDS).close();
      }
    } catch (IOException | ExecutionException | TimeoutException e) {
      terminal().note("cannot clean up: " + e.getMessage());
    } catch (InterruptedException | CancellationException e) {
      // nothing has started
    }
  }
}
