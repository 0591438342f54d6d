package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task for each line, in order, with a bounded number on their way. */
final class Bulk {
  private static final int MAX_UNDER_WAY = 2_000;

  private final Terminal terminal;
  private final Client client;
  private final TaskSpec template;
  private final int end;
  private final Consumer<TaskId> printed;
  private final Deque<CompletableFuture<TaskId>> underWay = new ArrayDeque<>();
  private long submitted;

  Bulk(Terminal terminal, Client client, TaskSpec template, boolean nul, Consumer<TaskId> printed) {
    this.terminal = terminal;
    this.client = client;
    this.template = template;
    this.end = nul ? 0 : '\n';
    this.printed = printed;
  }

  void submit(String file) throws IOException {
    try (InputStream in = open(file)) {
      for (Bytes line = next(in); line != null; line = next(in)) {
        TaskSpec spec =
            template.toBuilder().command(Template.fill(template.command(), line)).build();
        underWay.add(submit(spec));
        boolean idle = in.available() == 0;
        drain(idle ? 0 : MAX_UNDER_WAY);
      }
      drain(0);
    }
  }

  private CompletableFuture<TaskId> submit(TaskSpec spec) {
    try {
      return client.submit(spec);
    } catch (ClientException e) {
      drain(0);
      throw at(e);
    }
  }

  /** Prints the ids that are known, in order, and waits for all but the last {@code left}. */
  private void drain(int left) {
    for (CompletableFuture<TaskId> first = underWay.peek();
        first != null && (underWay.size() > left || first.isDone());
        first = underWay.peek()) {
      try {
        TaskId id = first.join();
        underWay.remove();
        submitted++;
        printed.accept(id);
      } catch (CompletionException e) {
        throw e.getCause() instanceof ClientException cause ? at(cause) : e;
      }
    }
  }

  private ClientException at(ClientException cause) {
    return new ClientException(
        cause.problem(),
        "line "
            + (submitted + 1)
            + ": "
            + cause.getMessage()
            + "; the "
            + submitted
            + " lines before it were submitted");
  }

  private InputStream open(String file) {
    if (file.equals("-")) {
      return new BufferedInputStream(terminal.in(), 1 << 16);
    }
    try {
      return new BufferedInputStream(Files.newInputStream(Path.of(file)), 1 << 16);
    } catch (IOException e) {
      throw new UsageException(
          "--each: cannot read '"
              + file
              + "' ("
              + e.getClass().getSimpleName()
              + "); nothing was submitted");
    }
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
    return Bytes.of(line.toByteArray());
  }
}
