package io.zkrun.exec;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes the script that becomes the command, byte for byte. */
final class TaskScript {
  /** MAX_ARG_STRLEN less its NUL: no single argument may be longer. */
  static final int LONGEST_ARGUMENT = 128 * 1024 - 1;

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern SPECIAL =
      Pattern.compile(
          "BASH.*|UID|EUID|PPID|SHELLOPTS|SHLVL|IFS|ENV|PS[0-9]|OPT.*|RANDOM|SECONDS|LINENO|HIST.*"
              + "|FUNCNAME|GROUPS|DIRSTACK|_|PWD|OLDPWD|EPOCH.*|SRANDOM|run|stage");

  /** A shell complains of one that is not installed, and that is not the command's to hear. */
  private static final Pattern LOCALE = Pattern.compile("LANG|LC_.*");

  /** It runs already. */
  private static final Bytes SHELL = Bytes.utf8("/bin/sh");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ExecPrefix prefix;

  private TaskScript(ExecPrefix prefix) {
    this.prefix = prefix;
  }

  static byte[] of(
      RunRequest request, RunFolder folder, Path spool, ExecPrefix prefix, @Nullable Path group) {
    TaskScript script = new TaskScript(prefix);
    if (group != null) {
      script.text("{ echo 0 >").quoted(Bytes.utf8(group + "/cgroup.procs"));
      script.text("; } 2>/dev/null || : >ungrouped\n");
    }
    script.text("run=").quoted(Bytes.utf8(folder.dir().toString()));
    script.text(" stage=exec\ntrap stopped EXIT\n");
    // From here on nothing is written where the watching shell says which signal ended the command.
    script.text(request.stdin() != null ? "exec <stdin >>stdout 2>>stderr\n" : "");
    script.text(request.stdin() == null ? "exec >>stdout 2>>stderr\n" : "");
    if (prefix.openFiles() != null) {
      script.text("ulimit -Sn " + prefix.openFiles() + " 2>/dev/null\n");
    }
    Bytes cwd = request.cwd();
    script.text("cd ").quoted(cwd == null ? Bytes.utf8("./scratch") : absolute(cwd));
    script.text(" || { stage=cwd; exit 126; }\nunset OLDPWD\n");
    if (request.onLost() != OnLost.HOLD) {
      Bytes deadline = Bytes.utf8(spool + "/deadline");
      script.text("if [ -f ").quoted(deadline).text(" ] && read -r term kill <").quoted(deadline);
      script.text("; then read -r up rest </proc/uptime; up=${up%.*}${up#*.}\n");
      script.text("[ \"$up\" -lt \"$term\" ] || { trap - EXIT; : >\"$run/lease\"; exit 1; }; fi\n");
    }
    List<Bytes> words = words(request, folder);
    script.look(words.get(0), request.env().get("PATH"));
    script.exec(words, script.exports(request.env()));
    return script.out.toByteArray();
  }

  /** Whether the line of a shell travels by file, since it is too long for an argument. */
  static boolean isByFile(Command command) {
    return command instanceof Command.Shell shell && shell.line().length() > LONGEST_ARGUMENT;
  }

  /** Whether it needs {@code env}. */
  static boolean hasOdd(Map<String, Bytes> env) {
    return env.keySet().stream().anyMatch(name -> isOurs(name) && !isExported(name));
  }

  private static boolean isExported(String name) {
    return PLAIN.matcher(name).matches() && !SPECIAL.matcher(name).matches();
  }

  private static boolean isOurs(String name) {
    return !name.startsWith("ZKRUN_");
  }

  /** The program that the command starts with. */
  static Bytes program(Command command) {
    return command instanceof Command.Argv argv
        ? argv.words().get(0)
        : Bytes.utf8(((Command.Shell) command).shell());
  }

  private static List<Bytes> words(RunRequest request, RunFolder folder) {
    if (request.command() instanceof Command.Argv argv) {
      return argv.words();
    }
    Command.Shell shell = (Command.Shell) request.command();
    return isByFile(shell)
        ? List.of(program(shell), Bytes.utf8(folder.dir() + "/command"))
        : List.of(program(shell), Bytes.utf8("-c"), shell.line());
  }

  private static Bytes absolute(Bytes path) {
    return !path.isEmpty() && path.at(0) == '-' ? join(Bytes.utf8("./"), path) : path;
  }

  private static Bytes join(Bytes a, Bytes b) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(a.toArray());
    both.writeBytes(b.toArray());
    return Bytes.of(both.toByteArray());
  }

  /** What no shell says any more once another program executes the command is said before. */
  private void look(Bytes program, @Nullable Bytes path) {
    if (!program.equals(SHELL)) {
      text("look ").quoted(program).text(" ");
      if (path == null) {
        text("\"$PATH\"\n");
      } else {
        quoted(path).text("\n");
      }
    }
  }

  /** Exports what a shell can; the rest needs {@code env}. */
  private Map<String, Bytes> exports(Map<String, Bytes> env) {
    Map<String, Bytes> odd = new TreeMap<>();
    for (Map.Entry<String, Bytes> entry : new TreeMap<>(env).entrySet()) {
      String name = entry.getKey();
      if (!isOurs(name)) {
        continue;
      }
      if (isExported(name)) {
        text("export " + name + "=").quoted(entry.getValue());
        text(LOCALE.matcher(name).matches() ? " 2>/dev/null\n" : "\n");
      } else {
        odd.put(name, entry.getValue());
      }
    }
    return odd;
  }

  private void exec(List<Bytes> words, Map<String, Bytes> odd) {
    if (!odd.isEmpty() && prefix.env() == null) {
      text("refuse 127 env 'not found, and a shell cannot export ");
      text(odd.size() + " of the variables'\n");
    }
    text("exec ");
    if (!odd.isEmpty() || prefix.resets()) {
      text(prefix.env() + (prefix.resets() ? " --default-signal -- " : " -- "));
      odd.forEach((name, value) -> quoted(join(Bytes.utf8(name + "="), value)).text(" "));
    }
    if (prefix.setsid() != null) {
      text(prefix.setsid() + " -- ");
    }
    words.forEach(word -> quoted(word).text(" "));
    text("\n");
  }

  private TaskScript text(String text) {
    out.writeBytes(Bytes.utf8(text).toArray());
    return this;
  }

  private TaskScript quoted(Bytes bytes) {
    out.write('\'');
    for (byte b : bytes.toArray()) {
      if (b == '\'') {
        text("'\\''");
      } else {
        out.write(b);
      }
    }
    out.write('\'');
    return this;
  }
}
