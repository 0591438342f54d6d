package io.zkrun.znode;

import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerName;
import java.util.Optional;

/** What a path means; the one place where paths are taken apart. */
public sealed interface ZnodePath {
  record Master() implements ZnodePath {}

  record Masters() implements ZnodePath {}

  /** A master that is there, by the name that it has chosen. */
  record Standby(String name) implements ZnodePath {}

  record Workers() implements ZnodePath {}

  record Worker(String worker) implements ZnodePath {}

  /** {@code /assign} itself. */
  record Assign() implements ZnodePath {}

  /** {@code /assign/<worker>}. */
  record WorkerAssign(String worker) implements ZnodePath {}

  record Assignment(String worker, TaskId task) implements ZnodePath {}

  record Tasks() implements ZnodePath {}

  record Task(TaskId task) implements ZnodePath {}

  record Status(TaskId task) implements ZnodePath {}

  record Attempt(TaskId task, int attempt) implements ZnodePath {}

  record Cancel(TaskId task) implements ZnodePath {}

  record Release(TaskId task, int attempt) implements ZnodePath {}

  record DrainRoot() implements ZnodePath {}

  record Drain(String worker) implements ZnodePath {}

  /** Not zkrun's: logged once and left alone. */
  record Foreign(String path) implements ZnodePath {}

  static ZnodePath parse(String path) {
    String[] names = path.substring(1).split("/", -1);
    Optional<? extends ZnodePath> known =
        switch (names[0]) {
          case "master" -> names.length == 1 ? Optional.of(new Master()) : Optional.empty();
          case "masters" -> masters(names);
          case "workers" -> workers(names);
          case "assign" -> assign(names);
          case "tasks" -> tasks(names);
          case "drain" -> drain(names);
          default -> Optional.empty();
        };
    return known.isPresent() ? known.get() : new Foreign(path);
  }

  private static Optional<ZnodePath> masters(String[] names) {
    if (names.length == 1) {
      return Optional.of(new Masters());
    }
    return names.length == 2 && !names[1].isEmpty()
        ? Optional.of(new Standby(names[1]))
        : Optional.empty();
  }

  private static Optional<ZnodePath> workers(String[] names) {
    if (names.length == 1) {
      return Optional.of(new Workers());
    }
    return names.length == 2 && WorkerName.isValid(names[1])
        ? Optional.of(new Worker(names[1]))
        : Optional.empty();
  }

  private static Optional<ZnodePath> drain(String[] names) {
    if (names.length == 1) {
      return Optional.of(new DrainRoot());
    }
    return names.length == 2 && WorkerName.isValid(names[1])
        ? Optional.of(new Drain(names[1]))
        : Optional.empty();
  }

  private static Optional<ZnodePath> assign(String[] names) {
    if (names.length == 1) {
      return Optional.of(new Assign());
    }
    if (names.length > 3 || !WorkerName.isValid(names[1])) {
      return Optional.empty();
    }
    return names.length == 2
        ? Optional.of(new WorkerAssign(names[1]))
        : TaskId.parse(names[2]).map(task -> new Assignment(names[1], task));
  }

  private static Optional<ZnodePath> tasks(String[] names) {
    if (names.length == 1) {
      return Optional.of(new Tasks());
    }
    Optional<TaskId> task = names.length > 3 ? Optional.empty() : TaskId.parse(names[1]);
    if (names.length == 2) {
      return task.map(Task::new);
    }
    return task.flatMap(id -> childOf(id, names[2]));
  }

  /** What the child {@code name} of a task is. */
  static Optional<ZnodePath> childOf(TaskId task, String name) {
    if (name.equals(ResultNode.STATUS)) {
      return Optional.of(new Status(task));
    }
    if (name.equals(RequestNode.CANCEL)) {
      return Optional.of(new Cancel(task));
    }
    if (name.startsWith(ResultNode.ATTEMPT_PREFIX)) {
      return number(name, ResultNode.ATTEMPT_PREFIX).map(n -> new Attempt(task, n));
    }
    return name.startsWith(RequestNode.RELEASE_PREFIX)
        ? number(name, RequestNode.RELEASE_PREFIX).map(n -> new Release(task, n))
        : Optional.empty();
  }

  private static Optional<Integer> number(String name, String prefix) {
    String digits = name.substring(prefix.length());
    return Optional.of(digits)
        .filter(each -> each.matches("[1-9][0-9]{0,8}"))
        .map(Integer::parseInt)
        .filter(each -> each <= io.zkrun.core.Assignment.MAX_ATTEMPT);
  }
}
