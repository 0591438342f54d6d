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
              + "|FUNCNAME|GROUPS|DIRSTACK|_|PWD|OLDPWD|EPOCH.*|SRANDOM|up|rest|term|kill|stat");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TaskScript() {}

  static byte[] of(RunRequest request, Path spool, @Nullable Path group) {
    TaskScript script = new TaskScript();
    if (group != null) {
      script.text("{ echo 0 >").quoted(Bytes.utf8(group + "/cgroup.procs"));
      script.text("; } 2>/dev/null || : >\"$1/ungrouped\"\n");
    }
    Bytes cwd = request.cwd();
    script.text("cd ").quoted(cwd == null ? Bytes.utf8("./scratch") : absolute(cwd));
    script.text(" || { failed \"$1\" cwd; exit 126; }\nunset OLDPWD\n");
    if (request.onLost() != OnLost.HOLD) {
      Bytes deadline = Bytes.utf8(spool + "/deadline");
      script.text("if [ -f ").quoted(deadline).text(" ] && read -r term kill <").quoted(deadline);
      script.text("; then read -r up rest </proc/uptime; up=${up%.*}${up#*.}\n");
      script.text("[ \"$up\" -lt \"$term\" ] || { : >\"$1/lease\"; exit 1; }; fi\n");
    }
    Map<String, Bytes> odd = script.exports(request.env());
    script.exec(words(request), odd, request.stdin() != null);
    return script.out.toByteArray();
  }

  private static List<Bytes> words(RunRequest request) {
    if (request.command() instanceof Command.Argv argv) {
      return argv.words();
    }
    Command.Shell shell = (Command.Shell) request.command();
    return List.of(Bytes.utf8(shell.shell()), Bytes.utf8("-c"), shell.line());
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

  /** Exports what a shell can; the rest needs {@code env}. */
  private Map<String, Bytes> exports(Map<String, Bytes> env) {
    Map<String, Bytes> odd = new TreeMap<>();
    for (Map.Entry<String, Bytes> entry : new TreeMap<>(env).entrySet()) {
      String name = entry.getKey();
      if (name.startsWith("ZKRUN_")) {
        continue;
      }
      if (PLAIN.matcher(name).matches() && !SPECIAL.matcher(name).matches()) {
        text("export " + name + "=").quoted(entry.getValue()).text("\n");
      } else {
        odd.put(name, entry.getValue());
      }
    }
    return odd;
  }

  private void exec(List<Bytes> words, Map<String, Bytes> odd, boolean stdin) {
    text("trap 'failed \"$1\" exec' EXIT\n[ ! -d ")
        .quoted(words.get(0))
        .text(" ] || { printf '%s: is a folder\\n' ");
    quoted(words.get(0)).text(" >&2; exit 126; }\n");
    if (!odd.isEmpty()) {
      text("command -v -- ")
          .quoted(words.get(0))
          .text(" >/dev/null || { printf '%s: not found\\n' ");
      quoted(words.get(0)).text(" >&2; exit 127; }\n");
    }
    text("exec ");
    if (!odd.isEmpty()) {
      text("env ");
      odd.forEach((name, value) -> quoted(join(Bytes.utf8(name + "="), value)).text(" "));
    }
    boolean file = words.size() == 3 && words.get(2).length() > LONGEST_ARGUMENT;
    if (file) {
      quoted(words.get(0)).text(" \"$1/command\"");
    } else {
      words.forEach(word -> quoted(word).text(" "));
    }
    text(stdin ? " <\"$1/stdin\"" : " </dev/null");
    text(" >\"$1/stdout\" 2>\"$1/stderr\"\n");
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
