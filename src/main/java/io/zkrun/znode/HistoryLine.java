package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line of a master's history, which holds a task that was deleted from ZooKeeper: {@code
 * {"schema":1,"id":…,"task":…,"status":…}}.
 *
 * @param task the data of its znode
 * @param status the data of its status; null where it had none
 */
public record HistoryLine(TaskId id, Bytes task, @Nullable Bytes status) {
  /** Without a line feed. */
  public String encode() {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("schema", Json.SCHEMA);
    line.put("id", id.value());
    line.put("task", Json.bytes(task));
    Json.put(line, "status", status == null ? null : Json.bytes(status));
    return Json.write(line);
  }

  /** Nothing where it is no such line, as half a one after a crash. */
  public static Optional<HistoryLine> decode(String text) {
    Map<String, Object> line = Json.parseLeniently(Bytes.utf8(text)).orElse(Map.of());
    String id = Json.string(line, "id");
    Bytes task = Json.bytes(line.get("task"));
    return id == null || task == null
        ? Optional.empty()
        : TaskId.parse(id)
            .map(known -> new HistoryLine(known, task, Json.bytes(line.get("status"))));
  }
}
