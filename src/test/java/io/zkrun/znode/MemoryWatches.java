package io.zkrun.znode;

import io.zkrun.znode.MemoryNodes.Change;
import io.zkrun.znode.TreeEvent.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The watches of one session: those that were asked for, and those that stand at the server. */
final class MemoryWatches {
  private final Map<String, Watch> watches = new LinkedHashMap<>();

  /** Asked for; the server does not know of it yet. */
  Watch add(String path, boolean recursive, Consumer<Answer<Void>> then) {
    Watch watch = new Watch(path, recursive, then);
    watches.put(path, watch);
    return watch;
  }

  /** No longer asked for; it stands until the server has heard of that, and runs the result. */
  Runnable remove(String path) {
    Watch removed = watches.remove(path);
    return removed == null ? () -> {} : () -> removed.stands = false;
  }

  Collection<Watch> all() {
    return watches.values();
  }

  /** What a new connection has to ask for again. */
  List<Watch> toAdd() {
    return watches.values().stream().filter(Watch::isOpen).toList();
  }

  /** What its owner is told of a change, in this order. */
  List<TreeEvent> eventsOf(Change change) {
    List<TreeEvent> events = new ArrayList<>();
    if (watches.values().stream().anyMatch(watch -> watch.sees(change.path()))) {
      events.add(new TreeEvent.Changed(change.kind(), change.path()));
    }
    if (change.kind() != Kind.DATA) {
      String parent = MemoryNodes.parent(change.path());
      Watch watch = watches.get(parent);
      if (watch != null && watch.seesChildren() && !change.path().equals(parent)) {
        events.add(new TreeEvent.Changed(Kind.CHILDREN, parent));
      }
    }
    return events;
  }

  /** One of them. */
  static final class Watch {
    private final String path;
    private final boolean recursive;
    private @Nullable Consumer<Answer<Void>> then;
    private boolean stands;

    private Watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
      this.path = path;
      this.recursive = recursive;
      this.then = then;
    }

    /** The server has it from now on. */
    void stand() {
      stands = true;
    }

    private boolean isOpen() {
      return !stands || then != null;
    }

    private boolean sees(String changed) {
      return stands
          && (changed.equals(path)
              || (recursive && (path.equals("/") || changed.startsWith(path + "/"))));
    }

    /** Only one that is not recursive tells of its children as such. */
    private boolean seesChildren() {
      return stands && !recursive;
    }

    /** The first answer counts. */
    void answer(Answer<Void> answer) {
      Consumer<Answer<Void>> waiting = then;
      then = null;
      if (waiting != null) {
        waiting.accept(answer);
      }
    }
  }
}
