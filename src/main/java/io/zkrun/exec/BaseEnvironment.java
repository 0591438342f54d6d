package io.zkrun.exec;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The clean base of every command's environment. */
final class BaseEnvironment {
  private BaseEnvironment() {}

  static Map<String, String> of() {
    Map<String, String> env = new TreeMap<>();
    env.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    env.put("HOME", System.getProperty("user.home", "/"));
    env.put("USER", System.getProperty("user.name", ""));
    env.put("LOGNAME", System.getProperty("user.name", ""));
    env.put("LANG", "C.UTF-8");
    env.put("SHELL", "/bin/sh");
    env.put("TMPDIR", "/tmp");
    for (String name : List.copyOf(env.keySet())) {
      String value = System.getenv(name);
      if (value != null) {
        env.put(name, value);
      }
    }
    return env;
  }

  static Map<String, String> of(RunRequest request) {
    Map<String, String> env = of();
    env.put("ZKRUN_TASK_ID", request.key().task().value());
    env.put("ZKRUN_ATTEMPT", Integer.toString(request.attempt()));
    env.put("ZKRUN_FENCE", Long.toString(request.key().assignmentCzxid()));
    env.put("ZKRUN_WORKER", request.worker());
    return env;
  }
}
