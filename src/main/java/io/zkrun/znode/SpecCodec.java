package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A task's spec as JSON. Strict: a field that is not known, or of another type, is a mistake. */
public final class SpecCodec {
  private SpecCodec() {}

  /** The spec with its defaults left out. */
  public static Map<String, Object> toJson(TaskSpec spec) {
    Map<String, Object> json = new LinkedHashMap<>();
    putCommand(json, spec.command());
    if (!spec.env().isEmpty()) {
      Map<String, Object> env = new LinkedHashMap<>();
      spec.env().forEach((name, value) -> env.put(name, Json.bytes(value)));
      json.put("env", env);
    }
    Json.put(json, "cwd", spec.cwd() == null ? null : Json.bytes(spec.cwd()));
    Json.put(json, "stdin", spec.stdin() == null ? null : Json.bytes(spec.stdin()));
    Json.put(json, "timeoutSeconds", spec.timeoutSeconds());
    Json.put(json, "killAfterSeconds", spec.killAfterSeconds());
    putUnless(json, "retries", spec.retries(), 0);
    putUnless(json, "retryOn", spec.retryOn(), List.of());
    putUnless(
        json, "retryDelaySeconds", spec.retryDelaySeconds(), TaskSpec.DEFAULT_RETRY_DELAY_SECONDS);
    putUnless(json, "priority", spec.priority(), 0);
    putUnless(json, "requires", spec.requires(), Map.of());
    Json.put(json, "onLost", spec.onLost() == null ? null : spec.onLost().json());
    Json.put(json, "startWithinSeconds", spec.startWithinSeconds());
    Json.put(json, "outputLimitBytes", spec.outputLimitBytes());
    Json.put(json, "nonce", spec.nonce());
    Json.put(json, "submittedBy", spec.submittedBy());
    return json;
  }

  private static void putUnless(
      Map<String, Object> json, String key, Object value, Object standard) {
    if (!value.equals(standard)) {
      json.put(key, value);
    }
  }

  private static void putCommand(Map<String, Object> json, Command command) {
    if (command instanceof Command.Shell shell) {
      json.put("cmd", Json.bytes(shell.line()));
      putUnless(json, "shell", shell.shell(), Command.DEFAULT_SHELL);
    } else if (command instanceof Command.Argv argv) {
      json.put("argv", argv.words().stream().map(Json::bytes).toList());
    }
  }

  static TaskNode.Decoded fromJson(Bytes data) {
    if (data.length() > TaskSpec.MAX_BYTES) {
      return rejected(
          "spec",
          "is " + data.length() + " bytes long, at most " + TaskSpec.MAX_BYTES + " are possible");
    }
    try {
      return new TaskNode.Spec(read(Json.parse(data)));
    } catch (Mistake e) {
      return new TaskNode.Rejected(e.problem);
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      return rejected("spec", "is not valid JSON: " + message);
    }
  }

  private static TaskNode.Decoded rejected(String field, String reason) {
    return new TaskNode.Rejected(new SpecProblem(field, reason));
  }

  private static TaskSpec read(Map<String, Object> json) throws Mistake {
    Fields fields = new Fields(json);
    TaskSpec.Builder spec = TaskSpec.builder(command(fields));
    Object env = fields.take("env");
    if (env != null) {
      spec.env(variables(env));
    }
    spec.cwd(fields.bytes("cwd"));
    spec.stdin(fields.bytes("stdin"));
    spec.timeoutSeconds(fields.decimal("timeoutSeconds"));
    spec.killAfterSeconds(fields.decimal("killAfterSeconds"));
    Integer retries = fields.integer("retries");
    spec.retries(retries == null ? 0 : retries);
    spec.retryOn(codes(fields.take("retryOn")));
    Double delay = fields.decimal("retryDelaySeconds");
    spec.retryDelaySeconds(delay == null ? TaskSpec.DEFAULT_RETRY_DELAY_SECONDS : delay);
    Integer priority = fields.integer("priority");
    spec.priority(priority == null ? 0 : priority);
    spec.requires(labels(fields.take("requires")));
    spec.onLost(onLost(fields.string("onLost")));
    spec.startWithinSeconds(fields.decimal("startWithinSeconds"));
    spec.outputLimitBytes(fields.integer("outputLimitBytes"));
    spec.submission(fields.string("nonce"), fields.string("submittedBy"));
    fields.refuseRest();
    return spec.build();
  }

  private static Command command(Fields fields) throws Mistake {
    Bytes line = fields.bytes("cmd");
    Object argv = fields.take("argv");
    String shell = fields.string("shell");
    if (line != null && argv != null) {
      throw new Mistake("argv", "stands beside cmd; give one of them");
    }
    if (line != null) {
      return new Command.Shell(line, shell == null ? Command.DEFAULT_SHELL : shell);
    }
    if (argv == null) {
      throw new Mistake("cmd", "is missing; give cmd or argv");
    }
    if (shell != null) {
      throw new Mistake("shell", "has no meaning beside argv");
    }
    if (!(argv instanceof List<?> list)) {
      throw new Mistake("argv", "must be a list of strings");
    }
    List<Bytes> words = new ArrayList<>();
    for (Object word : list) {
      words.add(required(Json.bytes(word), "argv", "must be a list of strings"));
    }
    return new Command.Argv(words);
  }

  private static Map<String, Bytes> variables(Object json) throws Mistake {
    if (!(json instanceof Map<?, ?> map)) {
      throw new Mistake("env", "must be an object of strings");
    }
    Map<String, Bytes> env = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String problem = "the value of " + entry.getKey() + " must be a string";
      env.put(
          String.valueOf(entry.getKey()), required(Json.bytes(entry.getValue()), "env", problem));
    }
    return env;
  }

  private static Map<String, String> labels(@Nullable Object json) throws Mistake {
    if (json == null) {
      return Map.of();
    }
    if (!(json instanceof Map<?, ?> map)) {
      throw new Mistake("requires", "must be an object of strings, such as {\"gpu\":\"true\"}");
    }
    Map<String, String> labels = new TreeMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getValue() instanceof String value)) {
        throw new Mistake("requires", "the value of " + entry.getKey() + " must be a string");
      }
      labels.put(String.valueOf(entry.getKey()), value);
    }
    return labels;
  }

  private static List<Integer> codes(@Nullable Object json) throws Mistake {
    if (json == null) {
      return List.of();
    }
    if (!(json instanceof List<?> list)) {
      throw new Mistake("retryOn", "must be a list of exit codes");
    }
    List<Integer> codes = new ArrayList<>();
    for (Object code : list) {
      if (!(code instanceof Integer number)) {
        throw new Mistake("retryOn", "'" + code + "' is no exit code");
      }
      codes.add(number);
    }
    return codes;
  }

  private static @Nullable OnLost onLost(@Nullable String text) throws Mistake {
    if (text == null) {
      return null;
    }
    return OnLost.ofJson(text)
        .orElseThrow(
            () -> new Mistake("onLost", "is '" + text + "', but must be rerun, fail or hold"));
  }

  private static Bytes required(@Nullable Bytes value, String field, String reason) throws Mistake {
    if (value == null) {
      throw new Mistake(field, reason);
    }
    return value;
  }

  /** The fields of a spec that were not read yet. */
  private static final class Fields {
    private final Map<String, Object> rest;

    Fields(Map<String, Object> json) {
      rest = new LinkedHashMap<>(json);
    }

    @Nullable Object take(String field) throws Mistake {
      if (rest.containsKey(field) && rest.get(field) == null) {
        throw new Mistake(field, "is null; leave it out instead");
      }
      return rest.remove(field);
    }

    @Nullable String string(String field) throws Mistake {
      Object value = take(field);
      if (value == null || value instanceof String) {
        return (String) value;
      }
      throw new Mistake(field, "is " + value + ", but must be a string");
    }

    @Nullable Bytes bytes(String field) throws Mistake {
      Object value = take(field);
      return value == null
          ? null
          : required(Json.bytes(value), field, "is " + value + ", but must be a string");
    }

    @Nullable Integer integer(String field) throws Mistake {
      Object value = take(field);
      if (value == null || value instanceof Integer) {
        return (Integer) value;
      }
      throw new Mistake(field, "is " + value + ", but must be a whole number");
    }

    @Nullable Double decimal(String field) throws Mistake {
      Object value = take(field);
      if (value == null) {
        return null;
      }
      if (value instanceof Number number) {
        return number.doubleValue();
      }
      throw new Mistake(field, "is " + value + ", but must be a number of seconds");
    }

    void refuseRest() throws Mistake {
      for (String field : rest.keySet()) {
        throw new Mistake(field, "is no field of a task spec");
      }
    }
  }

  private static final class Mistake extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient SpecProblem problem;

    Mistake(String field, String reason) {
      super(reason);
      problem = new SpecProblem(field, reason);
    }
  }
}
