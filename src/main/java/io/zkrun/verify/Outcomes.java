package io.zkrun.verify;

import io.zkrun.client.Client;
import io.zkrun.client.ListFilter;
import io.zkrun.client.TaskView;
import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Collects in the end what ZooKeeper tells of the tasks, and what they have written. */
final class Outcomes {
  private static final int AT_ONCE = 200;
  private static final int MOST = 1_000_000;
  private static final long SECONDS = 60;

  private final Map<String, TaskView> views = new HashMap<>();
  private final List<String> twice = new ArrayList<>();
  private final Map<String, List<Event>> events = new HashMap<>();
  private final List<String> unreadable = new ArrayList<>();
  private final Load load;
  private final Set<String> released;

  Outcomes(Load load, Set<String> released) {
    this.load = load;
    this.released = released;
  }

  /** Asks ZooKeeper. */
  void read(Client client) throws InterruptedException, DrillException {
    try {
      List<TaskId> ids = new ArrayList<>(load.acknowledged().values());
      for (int from = 0; from < ids.size(); from += AT_ONCE) {
        List<TaskId> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
        for (TaskView view : client.status(some).get(SECONDS, TimeUnit.SECONDS)) {
          views.put(view.id().value(), view);
        }
      }
      findTwice(client.list(ListFilter.everything(MOST)).get(SECONDS, TimeUnit.SECONDS).tasks());
    } catch (ExecutionException | TimeoutException e) {
      throw new DrillException(
          "the tasks could not be read in the end ("
              + e.getMessage()
              + "); nothing is known of what was promised; try again");
    }
  }

  private void findTwice(List<TaskView> all) {
    Map<String, String> byNumber = new TreeMap<>();
    for (TaskView view : all) {
      TaskSpec spec = view.spec();
      Bytes number = spec == null ? null : spec.env().get(PlannedTask.NUMBER);
      if (number != null) {
        String other = byNumber.put(number.lossy(), view.id().value());
        if (other != null) {
          twice.add(other + " and " + view.id() + " are the same submission");
        }
      }
    }
  }

  /** Reads what the tasks have written. */
  void read(Path file) throws IOException {
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      Optional<Event> event = Event.parse(line);
      if (event.isPresent()) {
        events.computeIfAbsent(event.get().task(), task -> new ArrayList<>()).add(event.get());
      } else {
        unreadable.add(line);
      }
    }
  }

  List<TaskHistory> histories(List<PlannedTask> plan) {
    List<TaskHistory> all = new ArrayList<>();
    for (PlannedTask task : plan) {
      TaskId id = load.acknowledged().get(task.number());
      if (id != null) {
        all.add(history(task, id));
      }
    }
    return all;
  }

  private TaskHistory history(PlannedTask task, TaskId id) {
    TaskView view = views.get(id.value());
    return new TaskHistory(
        id.value(),
        task,
        load.ends().get(id),
        view == null ? List.of() : view.attempts(),
        view == null ? null : view.result(),
        view == null ? "gone" : waiting(view),
        released.contains(id.value()),
        events.getOrDefault(id.value(), List.of()));
  }

  private static String waiting(TaskView view) {
    String state = view.state().json();
    return view.waiting() != null
        ? state + ": " + view.waiting()
        : view.worker() != null ? state + " on " + view.worker() : state;
  }

  List<String> twice() {
    return twice;
  }

  List<String> unreadable() {
    return unreadable;
  }
}
