package io.zkrun.fleet;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/** A session of the test's own that looks at the tree, and notes when what happened to a path. */
public final class Observer implements AutoCloseable {
  private static final int SESSION_MILLIS = 30_000;

  private final ZooKeeper zooKeeper;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  /**
   * @param nanos on the clock of {@link System#nanoTime}
   */
  public record Seen(String path, EventType type, long nanos) {}

  public Observer(String connect) {
    try {
      zooKeeper = new ZooKeeper(connect, SESSION_MILLIS, this::note);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> zooKeeper.getState().isConnected());
  }

  private void note(WatchedEvent event) {
    if (event.getPath() != null) {
      seen.add(new Seen(event.getPath(), event.getType(), System.nanoTime()));
    }
  }

  /** Notes everything that happens to the path, or at and below it. */
  public Observer watch(String path, boolean recursive) {
    ask(
        () -> {
          AddWatchMode mode =
              recursive ? AddWatchMode.PERSISTENT_RECURSIVE : AddWatchMode.PERSISTENT;
          zooKeeper.addWatch(path, mode);
          return true;
        });
    return this;
  }

  public List<Seen> seen(String path, EventType type) {
    return seen.stream().filter(each -> each.path().equals(path) && each.type() == type).toList();
  }

  /** Everything noted so far, in order. */
  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** Null where there is no such znode. */
  public @Nullable Stat stat(String path) {
    return ask(() -> zooKeeper.exists(path, false));
  }

  /** Empty where there is no such znode. */
  public List<String> children(String path) {
    return ask(
        () -> {
          try {
            return zooKeeper.getChildren(path, false);
          } catch (NoNodeException e) {
            return List.of();
          }
        });
  }

  /** Empty where there is no such znode. */
  public String data(String path) {
    return ask(
        () -> {
          try {
            byte[] data = zooKeeper.getData(path, false, null);
            return data == null ? "" : new String(data, StandardCharsets.UTF_8);
          } catch (NoNodeException e) {
            return "";
          }
        });
  }

  private interface Question<T> {
    T ask() throws KeeperException, InterruptedException;
  }

  private static <T> T ask(Question<T> question) {
    try {
      return question.ask();
    } catch (KeeperException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    ask(
        () -> {
          zooKeeper.close();
          return true;
        });
  }
}
