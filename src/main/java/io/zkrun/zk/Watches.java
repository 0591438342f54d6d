package io.zkrun.zk;

import io.zkrun.znode.Answer;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.jspecify.annotations.Nullable;

/**
 * The persistent watches of a session. The library adds again after a reconnect what the server has
 * acknowledged; what was lost on the way, and all of it on a new {@link Connection}, is added here.
 */
final class Watches {
  private final Session session;
  private final Chroot chroot;
  private final Loop loop;
  private final Map<String, Watch> byPath = new LinkedHashMap<>();

  Watches(Session session, Chroot chroot, Loop loop) {
    this.session = session;
    this.chroot = chroot;
    this.loop = loop;
  }

  /** Answered once the server has it, through any number of lost connections. */
  void add(String path, boolean recursive, Consumer<Answer<Void>> then) {
    Watch watch = new Watch(path, recursive, then);
    byPath.put(path, watch);
    send(watch);
  }

  void remove(String path) {
    byPath.remove(path);
  }

  /** Connected again: repeats what has got lost. */
  void addMissing() {
    List.copyOf(byPath.values()).stream().filter(watch -> watch.asked == null).forEach(this::send);
  }

  /** A new connection knows of none of them. */
  void forgetAnswers() {
    byPath.values().forEach(watch -> watch.asked = null);
  }

  void expired() {
    List<Watch> all = new ArrayList<>(byPath.values());
    byPath.clear();
    Answer<Void> over = new Answer.Failed<>(Failure.SESSION_EXPIRED, -1, "the session is over");
    loop.execute(() -> all.forEach(watch -> watch.answer(over)));
  }

  private void send(Watch watch) {
    Object sent = new Object();
    watch.asked = sent;
    session
        .connection()
        .addWatch(
            chroot.full(watch.path),
            watch.recursive ? AddWatchMode.PERSISTENT_RECURSIVE : AddWatchMode.PERSISTENT,
            (rc, p, ctx) -> loop.execute(() -> answered(watch, sent, rc)),
            null);
  }

  private void answered(Watch watch, Object sent, int rc) {
    if (watch.asked != sent) {
      return;
    }
    if (rc == 0) {
      watch.answer(Session.done());
    } else if (Answers.failure(rc) == Failure.CONNECTION_LOSS) {
      watch.asked = null;
      if (session.isConnected() && !session.isOver() && byPath.containsValue(watch)) {
        send(watch);
      }
    } else {
      byPath.remove(watch.path, watch);
      watch.answer(new Answer.Failed<>(session.failure(rc), -1, Answers.message(rc)));
    }
  }

  private static final class Watch {
    private final String path;
    private final boolean recursive;
    private @Nullable Consumer<Answer<Void>> then;

    /** The request that is in flight or was acknowledged. */
    private @Nullable Object asked;

    Watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
      this.path = path;
      this.recursive = recursive;
      this.then = then;
    }

    void answer(Answer<Void> answer) {
      Consumer<Answer<Void>> waiting = then;
      then = null;
      if (waiting != null) {
        waiting.accept(answer);
      }
    }
  }
}
