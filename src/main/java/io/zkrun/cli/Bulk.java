package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task for each line, in order, with a bounded number on their way. */
final class Bulk {
  private static final int MAX_UNDER_WAY = 2_000;
  private static final String CARRIAGE_RETURN =
      "it ends in a carriage return, as lines do on Windows; take those out with tr -d '\\r', or"
          + " end the lines with NUL bytes (-0) where they belong to them";

  private final Client.Sequence sequence;
  private final TaskSpec spec;
  private final Template template;
  private final int end;
  private final Consumer<TaskId> printed;
  private final Progress progress;
  private final Deque<UnderWay> underWay = new ArrayDeque<>();
  private long number;
  private long submitted;

  private record UnderWay(long line, CompletableFuture<TaskId> id) {}

  /**
   * @param nul whether NUL bytes end the lines, which then may hold whatever a file's name may
   */
  Bulk(Terminal terminal, Client client, TaskSpec spec, boolean nul, Consumer<TaskId> printed) {
    this.sequence = client.sequence();
    this.spec = spec;
    this.template = Template.of(spec.command());
    this.end = nul ? 0 : '\n';
    this.printed = printed;
    progress = new Progress(terminal);
  }

  /** Opens the lines; fails before anything is submitted. */
  static InputStream open(String file, Terminal terminal) {
    if (file.equals("-")) {
      return new BufferedInputStream(terminal.in(), 1 << 16);
    }
    try {
      return new BufferedInputStream(SpecOptions.open(file), 1 << 16);
    } catch (IOException | InvalidPathException e) {
      throw SpecOptions.unreadable("--each", file, e);
    }
  }

  /**
   * @param file where the lines come from, for messages
   */
  void submit(InputStream lines, String file) {
    try (progress) {
      for (Bytes line = next(lines); line != null; line = next(lines)) {
        if (!line.isEmpty() || isNul()) { // as xargs does
          submit(line);
        }
        boolean idle = lines.available() == 0;
        drain(idle ? 0 : MAX_UNDER_WAY);
      }
      drain(0);
    } catch (IOException e) {
      drain(0);
      String rest = "nothing from line " + (number + 1) + " on was submitted" + before();
      throw SpecOptions.unreadable("--each", file, e, rest);
    }
  }

  private boolean isNul() {
    return end == 0;
  }

  private void submit(Bytes line) {
    try {
      if (!isNul() && line.at(line.length() - 1) == '\r') {
        throw new ClientException(Problem.INVALID_SPEC, CARRIAGE_RETURN);
      }
      underWay.add(
          new UnderWay(
              number, sequence.submit(spec.toBuilder().command(template.fill(line)).build())));
    } catch (ClientException e) {
      drain(0);
      throw failed(e, number, number);
    }
  }

  /** Prints the ids that are known, in order, and waits for all but the last {@code left}. */
  private void drain(int left) {
    for (UnderWay first = underWay.peek();
        first != null && (underWay.size() > left || first.id().isDone());
        first = underWay.peek()) {
      TaskId id = join(first);
      underWay.remove();
      submitted++;
      progress.clear();
      printed.accept(id);
      progress.show(() -> submitted + " submitted, " + progress.perSecond(submitted) + " a second");
    }
  }

  private TaskId join(UnderWay first) {
    try {
      return first.id().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClientException cause) {
        long last =
            underWay.stream()
                .filter(each -> failedWith(each.id(), cause))
                .mapToLong(UnderWay::line)
                .max()
                .orElse(first.line());
        throw failed(cause, first.line(), last);
      }
      throw e;
    }
  }

  private static boolean failedWith(CompletableFuture<TaskId> future, Throwable cause) {
    return future.handle((id, error) -> error == cause).join();
  }

  /** The lines from {@code first}, the first that is not known to be submitted, have failed. */
  private ClientException failed(ClientException cause, long first, long last) {
    String lines = first == last ? "line " + first : "lines " + first + " to " + last;
    String fate =
        cause.problem() == Problem.SUBMISSION_UNKNOWN
            ? "it is not known whether "
                + lines
                + (first == last ? " was" : " were")
                + " submitted (look in 'zkrun list'); nothing after was"
            : "nothing from line " + first + " on was submitted";
    return cause.in(lines + ": ", fate + before());
  }

  private String before() {
    return submitted == 0
        ? ""
        : "; what stands before was submitted: " + submitted + " ids are printed";
  }

  private @Nullable Bytes next(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = in.read();
    if (b < 0) {
      return null;
    }
    while (b >= 0 && b != end) {
      if (line.size() <= TaskSpec.MAX_BYTES) {
        line.write(b);
      }
      b = in.read();
    }
    number++;
    byte[] bytes = line.toByteArray();
    return Bytes.of(number == 1 && !isNul() ? RawText.withoutMark(bytes) : bytes);
  }
}
