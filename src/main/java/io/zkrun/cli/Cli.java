package io.zkrun.cli;

import io.zkrun.client.ClientException;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.core.ExitCode;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the command line, runs a subcommand, and turns every failure into one message. */
final class Cli {
  private final Context context;
  private final Terminal terminal;

  Cli(Terminal terminal, Clients clients) {
    this.terminal = terminal;
    context = new Context(terminal, clients);
  }

  /** The exit code. */
  int run(String... args) {
    boolean json = wantsJson(args);
    CommandLine line = commandLine();
    try {
      line.parseArgs(args);
      Integer help = CommandLine.executeHelpRequest(line.getParseResult());
      return help != null ? help : execute(line);
    } catch (ParameterException e) {
      return fail(json, "usage", message(e) + hint(e.getCommandLine()), ExitCode.USAGE, false);
    } catch (UsageException e) {
      return fail(json, "usage", String.valueOf(e.getMessage()), ExitCode.USAGE, false);
    } catch (Exception e) {
      return explain(json, e);
    }
  }

  CommandLine commandLine() {
    CommandLine line = new CommandLine(new ZkrunCommand(), new Factory(context));
    line.setExpandAtFiles(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // What follows is ZooKeeper's: `ls -R /` holds no option of ours.
    line.getSubcommands().values().stream()
        .filter(each -> each.getCommand() instanceof ZkcliCommand)
        .forEach(
            each -> each.setStopAtPositional(true).setUnmatchedOptionsArePositionalParams(true));
    line.setOut(new PrintWriter(new Answer(terminal), true));
    line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    return line;
  }

  private static int execute(CommandLine line) throws Exception {
    CommandLine last = line;
    while (last.getParseResult().hasSubcommand()) {
      last = last.getParseResult().subcommand().commandSpec().commandLine();
    }
    if (last.getCommand() instanceof Subcommand command) {
      return command.call();
    }
    throw new UsageException("a command is missing; see 'zkrun --help'");
  }

  private int explain(boolean json, Throwable thrown) {
    Throwable error = cause(thrown);
    if (error instanceof ClientException client) {
      ClientException.Problem problem = client.problem();
      return fail(
          json,
          problem.code(),
          String.valueOf(client.getMessage()),
          problem.exitCode(),
          problem.retryable());
    }
    if (error instanceof UsageException) {
      return fail(json, "usage", String.valueOf(error.getMessage()), ExitCode.USAGE, false);
    }
    if (error instanceof MistakenSettingsException) {
      return fail(
          json, "configuration", String.valueOf(error.getMessage()), ExitCode.CONFIGURATION, false);
    }
    if (error instanceof Terminal.OutputException output) {
      return output.nobodyReads()
          ? ExitCode.NOBODY_READS
          : fail(json, "output", String.valueOf(output.getMessage()), ExitCode.NOTHING_DONE, false);
    }
    if ("1".equals(terminal.environment().get("ZKRUN_DEBUG"))) {
      error.printStackTrace(terminal.err());
    }
    String message =
        "unexpected " + error + "; this is a mistake in zkrun; ZKRUN_DEBUG=1 shows where";
    return fail(json, "internal", message, ExitCode.UNKNOWN_OUTCOME, false);
  }

  private static Throwable cause(Throwable thrown) {
    boolean wrapper = thrown instanceof ExecutionException || thrown instanceof CompletionException;
    Throwable cause = thrown.getCause();
    return wrapper && cause != null ? cause(cause) : thrown;
  }

  private int fail(boolean json, String code, String message, int exitCode, boolean retryable) {
    if (json) {
      terminal.err().print(Documents.error(code, message, retryable));
    } else {
      terminal.note(message);
    }
    return exitCode;
  }

  private static boolean wantsJson(String[] args) {
    List<String> words = Arrays.asList(args);
    int end = words.indexOf("--");
    List<String> options = end < 0 ? words : words.subList(0, end);
    int at = options.indexOf("--output");
    return options.contains("--output=json")
        || (at >= 0 && at + 1 < options.size() && options.get(at + 1).equals("json"));
  }

  private static String message(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched
        && e.getCommandLine().getParent() == null) {
      String word = unmatched.getUnmatched().get(0);
      if (!word.startsWith("-")) {
        List<String> near = unmatched.getSuggestions();
        return "there is no command '"
            + word
            + "'"
            + (near.isEmpty() ? "" : "; did you mean '" + near.get(0) + "'?");
      }
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong arguments");
  }

  private static String hint(CommandLine line) {
    return "; see '" + line.getCommandSpec().qualifiedName() + " --help'";
  }

  /** Gives subcommands their context. */
  private record Factory(Context context) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      for (Constructor<?> constructor : type.getDeclaredConstructors()) {
        if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Context.class})) {
          return type.cast(constructor.newInstance(context));
        }
      }
      return CommandLine.defaultFactory().create(type);
    }
  }

  /** Standard output as picocli wants it. */
  private static final class Answer extends java.io.Writer {
    private final Terminal terminal;

    Answer(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public void write(char[] text, int offset, int length) {
      terminal.print(new String(text, offset, length));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
