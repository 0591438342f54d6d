package io.zkrun.verify;

import io.zkrun.client.Client;
import io.zkrun.client.ListFilter;
import io.zkrun.client.TaskView;
import io.zkrun.core.Bytes;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.HistoryLine;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
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
import org.jspecify.annotations.Nullable;

/** Collects in the end what ZooKeeper tells of the tasks, and what they have written. */
final class Outcomes {
  private static final int AT_ONCE = 200;
  private static final int MOST = 1_000_000;
  private static final long SECONDS = 60;

  private final Map<String, TaskView> views = new HashMap<>();
  private final List<String> twice = new ArrayList<>();
  private final Map<String, List<Event>> events = new HashMap<>();
  private final Map<String, Result> purged = new HashMap<>();

  /** By the number of the task; whose submission it is. */
  private final Map<String, String> submissions = new TreeMap<>();

  private final List<String> unreadable = new ArrayList<>();
  private final Load load;
  private final Set<String> released;

  Outcomes(Load load, Set<String> released) {
    this.load = load;
    this.released = released;
  }

  /** Asks ZooKeeper, once nobody changes anything any more. */
  void read(Client client) throws InterruptedException, DrillException {
    try {
      List<TaskView> all =
          client.list(ListFilter.everything(MOST)).get(SECONDS, TimeUnit.SECONDS).tasks();
      for (TaskView view : all) {
        TaskSpec spec = view.spec();
        submission(view.id().value(), spec == null ? null : spec.env());
      }
      List<TaskId> ids = new ArrayList<>(all.stream().map(TaskView::id).toList());
      ids.retainAll(Set.copyOf(load.acknowledged().values()));
      for (int from = 0; from < ids.size(); from += AT_ONCE) {
        List<TaskId> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
        for (TaskView view : client.status(some).get(SECONDS, TimeUnit.SECONDS)) {
          views.put(view.id().value(), view);
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new DrillException(
          "the tasks could not be read in the end ("
              + e.getMessage()
              + "); nothing is known of what was promised; try again");
    }
  }

  private void submission(String id, @Nullable Map<String, Bytes> env) {
    Bytes number = env == null ? null : env.get(PlannedTask.NUMBER);
    String other = number == null ? null : submissions.put(number.lossy(), id);
    if (other != null && !other.equals(id)) {
      twice.add(other + " and " + id + " are the same submission");
    }
  }

  /** Reads what a master has kept of the tasks that it has purged, some perhaps twice. */
  void readPurged(Path file) throws IOException {
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      HistoryLine task = HistoryLine.decode(line).orElse(null);
      Bytes status = task == null ? null : task.status();
      if (task == null || status == null) {
        unreadable.add(file.getFileName() + ": " + line);
        continue;
      }
      purged.put(task.id().value(), ResultNode.decode(status));
      if (TaskNode.decode(task.task()) instanceof TaskNode.Spec spec) {
        submission(task.id().value(), spec.spec().env());
      }
    }
  }

  /** Reads what the tasks have written. */
  void readEvents(Path file) throws IOException {
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      Optional<Event> event = Event.parse(line);
      if (event.isPresent()) {
        events.computeIfAbsent(event.get().task(), task -> new ArrayList<>()).add(event.get());
      } else {
        unreadable.add(line);
      }
    }
  }

  /**
   * Which outputs are nowhere whole, though the status says where they are.
   *
   * @param full workers on whose disks outputs had to give way
   */
  static List<String> notWhole(List<TaskHistory> tasks, Set<String> full) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (TaskHistory task : tasks) {
      for (Result result : task.recorded()) {
        String file = result.stdout().file();
        if (result.outcome() == Outcome.EXITED
            && result.stdout().truncated()
            && !full.contains(result.worker())
            && !(file != null && isWhole(Path.of(file), task.planned().stdout()))) {
          wrong.add(
              "%s has a part of its output in its status, and the whole is not in %s of %s"
                  .formatted(task.id(), file, result.worker()));
        }
      }
    }
    return wrong;
  }

  private static boolean isWhole(Path file, String expected) throws IOException {
    return Files.exists(file) && Bytes.of(Files.readAllBytes(file)).equals(Bytes.utf8(expected));
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
        view == null ? purged.get(id.value()) : view.result(),
        view == null ? "gone, and in no history" : waiting(view),
        released.contains(id.value()),
        load.cancelled().contains(id),
        view == null,
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
