package io.zkrun.cli;

import io.zkrun.core.TaskId;
import io.zkrun.znode.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tasks on standard output as they become known: an id on each line, or the elements of one JSON
 * value, which is complete also where the command fails midway.
 */
final class IdList implements AutoCloseable {
  private final Terminal terminal;
  private final boolean json;
  private String next = "{\"schema\":" + Json.SCHEMA + ",\"tasks\":[";

  IdList(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  void add(TaskId id) {
    add(id, Map.of());
  }

  /**
   * @param more what JSON tells beside the id
   */
  void add(TaskId id, Map<String, ?> more) {
    if (json) {
      Map<String, Object> element = new LinkedHashMap<>();
      element.put("id", id.value());
      element.putAll(more);
      print(id, next + Json.write(element));
      next = ",";
    } else {
      print(id, id.value() + "\n");
    }
  }

  /** Whoever does not hear of a task might ask for it a second time. */
  private void print(TaskId id, String text) {
    try {
      terminal.print(text);
    } catch (Terminal.OutputException e) {
      throw e.with("what was asked is done, for task " + id + "; see 'zkrun status " + id + "'");
    }
  }

  @Override
  public void close() {
    if (json) {
      terminal.println((next.equals(",") ? "" : next) + "]}");
    }
  }
}
