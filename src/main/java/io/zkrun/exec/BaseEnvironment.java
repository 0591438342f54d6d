package io.zkrun.exec;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The clean base of every command's environment. */
final class BaseEnvironment {
  private static final List<String> NAMES =
      List.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "SHELL", "TMPDIR");

  private BaseEnvironment() {}

  static Map<String, String> of() {
    Map<String, String> env = new TreeMap<>();
    env.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    // A user without an entry in passwd has none of these.
    putKnown(env, "HOME", "user.home");
    putKnown(env, "USER", "user.name");
    putKnown(env, "LOGNAME", "user.name");
    env.put("LANG", "C.UTF-8");
    env.put("SHELL", "/bin/sh");
    env.put("TMPDIR", "/tmp");
    for (String name : NAMES) {
      String value = System.getenv(name);
      if (value != null) {
        env.put(name, value);
      }
    }
    return env;
  }

  private static void putKnown(Map<String, String> env, String name, String property) {
    String value = System.getProperty(property, "?");
    if (!value.equals("?")) {
      env.put(name, value);
    }
  }

  /**
   * The same for one run.
   *
   * @param connect where a {@code zkrun} in the command finds its cluster; null where none is known
   */
  static Map<String, String> of(RunRequest request, RunFolder folder, @Nullable String connect) {
    Map<String, String> env = of();
    if (request.cwd() == null) {
      env.putIfAbsent("HOME", folder.dir().resolve("scratch").toString());
    }
    if (connect != null) {
      env.put("ZKRUN_CONNECT", connect);
    }
    env.put("ZKRUN_TASK_ID", request.key().task().value());
    env.put("ZKRUN_ATTEMPT", Integer.toString(request.attempt()));
    env.put("ZKRUN_FENCE", Long.toString(request.key().assignmentCzxid()));
    env.put("ZKRUN_WORKER", request.worker());
    return env;
  }
}
