package io.zkrun.cli;

import io.zkrun.client.Cancellation;
import io.zkrun.client.Client;
import io.zkrun.client.Submission;
import io.zkrun.core.Command;
import io.zkrun.core.ExitCode;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.time.Instant;
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

  @Option(
      names = "--quiet-ok",
      description =
          "For cron: print nothing where it exits with 0, else both outputs and what happened.")
  boolean quietOk;

  @Mixin SpecOptions options = new SpecOptions();

  @Parameters(paramLabel = "CMD", arity = "0..*", description = "The command, or -- PROG ARG…")
  List<String> words = new ArrayList<>();

  @Spec CommandSpec commandSpec = CommandSpec.create();

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable CompletableFuture<LocalCluster> cluster;
  private @Nullable Supplier<CompletableFuture<Cancellation>> cancel;
  private volatile String named = "the task";

  /** Whether ZooKeeper has said that it has the request to cancel it. */
  private volatile boolean isAskedToEnd;

  private boolean interrupted;
  private @Nullable HeldOutput held;
  private @Nullable String name;
  private TaskSpec spec = TaskSpec.of(Command.shell("true"));

  RunCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    if (local && connect != null) {
      throw new UsageException("--local brings its own ZooKeeper; leave --connect out");
    }
    held = quietOk ? new HeldOutput(context.terminal()) : null;
    Thread hook = Interrupt.install(this::interrupted);
    try {
      int code = local ? callLocally() : super.call();
      show(code != ExitCode.OK);
      return code;
    } catch (Exception e) {
      show(true);
      throw e;
    } finally {
      ended.countDown();
      Interrupt.remove(hook);
    }
  }

  @Override
  Terminal terminal() {
    return held == null ? context.terminal() : held.terminal();
  }

  private void show(boolean needed) {
    if (needed && held != null) {
      held.release();
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
    spec = options.spec(CommandWords.parse(commandSpec, words), terminal());
    name = options.name(Instant.now());
    Client.check(name, spec);
  }

  @Override
  int ask(Client client) throws Exception {
    CompletableFuture<Submission> submitted = submit(client);
    if (submitted == null) {
      Interrupt.await();
      return ExitCode.CANCELLED;
    }
    Submission submission =
        SubmitCommand.told(terminal(), join(submitted), options, ", so this is its output of then");
    TaskId id = submission.id();
    Instant before = submission.endedAt();
    show(before != null && SubmitCommand.isOld(before, Instant.now(), options.oncePer));
    options.noteUnread(terminal());
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
    CompletableFuture<Submission> submission = SubmitCommand.submit(client, name, spec);
    Object unused = submission.thenAccept(task -> named = "task " + task.id());
    cancel =
        () ->
            submission.thenCompose(
                task -> client.cancel(task.id(), "interrupted", () -> isAskedToEnd = true));
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
    if (quietOk && result.clientExitCode() != ExitCode.OK && result.outcome() == Outcome.EXITED) {
      terminal().note("task " + id + ": " + Ends.itsOwn(result)); // cron mails no exit code
    }
  }

  /** On Ctrl-C and the like; the JVM ends with 130 or 143 by itself afterwards. */
  private void interrupted() {
    show(true);
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
              isAskedToEnd
                  ? named
                      + " has not ended within "
                      + CANCEL_SECONDS
                      + " s and may still run; its cancel is recorded; see 'zkrun list'"
                  : notAsked());
    }
    closeCluster();
  }

  /** On a second Ctrl-C: whoever presses it does not want to wait. */
  private void leave() {
    terminal()
        .note(
            isAskedToEnd
                ? "interrupted again; not waiting for "
                    + named
                    + ", which was asked to end and may still run; see 'zkrun list'"
                : "interrupted again; " + notAsked());
    Runtime.getRuntime().halt(INTERRUPTED);
  }

  private String notAsked() {
    return named
        + " is not known to be cancelled: ZooKeeper has not said so; it may run, also later;"
        + " once ZooKeeper answers, see 'zkrun list', and 'zkrun cancel' it";
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
