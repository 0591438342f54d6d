package io.zkrun.verify;

import io.zkrun.exec.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A daemon of the drill, and those that were started in its place: the same words, the same data.
 */
final class Member {
  private static final Polling LOOKING = new Polling(50);
  private static final Duration LEAVE = Duration.ofSeconds(10);

  private final String name;
  private final Host host;
  private final List<String> command;
  private final Map<String, String> env;
  private final Path dir;
  private @Nullable Child child;
  private boolean taken;
  private boolean gone;

  /** How long its log was when it was started last. */
  private long logged;

  /**
   * @param name of its log, and of a worker
   * @param dir where its log is
   */
  Member(String name, Host host, List<String> command, Map<String, String> env, Path dir) {
    this.name = name;
    this.host = host;
    this.command = command;
    this.env = env;
    this.dir = dir;
  }

  String name() {
    return name;
  }

  Host host() {
    return host;
  }

  Path log() {
    return dir.resolve(name + ".log");
  }

  synchronized void start() throws IOException {
    if (!gone) {
      logged = Files.exists(log()) ? Files.size(log()) : 0;
      child = Child.start(host.enter(command), env, dir, log());
    }
  }

  /** Whether it has said, since it was started last, that it serves. */
  boolean isReady() throws IOException {
    return hasLogged("ready: ");
  }

  /** Whether it has logged this since it was started last. */
  boolean hasLogged(String text) throws IOException {
    long from;
    synchronized (this) {
      from = logged;
    }
    byte[] all = Files.readAllBytes(log());
    int start = (int) Math.min(from, all.length);
    return new String(all, start, all.length - start, StandardCharsets.UTF_8).contains(text);
  }

  /** Waits until it serves, at most this long. */
  void awaitReady(long millis) throws IOException, InterruptedException {
    // Its log is all it tells us.
    boolean unused = LOOKING.until(millis, () -> isReady() || !isAlive());
  }

  synchronized boolean isAlive() {
    return child != null && child.isAlive();
  }

  /** 0 where it does not live. */
  synchronized long pid() {
    return child != null && child.isAlive() ? child.pid() : 0;
  }

  /** For one fault at a time. */
  synchronized boolean take() {
    if (taken || gone || !isAlive()) {
      return false;
    }
    taken = true;
    return true;
  }

  /** Taken, though it need not live yet. */
  synchronized void keepFromFaults() {
    taken = true;
  }

  synchronized boolean isTaken() {
    return taken || gone;
  }

  synchronized void giveBack() {
    taken = false;
  }

  /** SIGKILL; it may be started again. */
  void kill() throws InterruptedException {
    Child killed = current();
    if (killed != null) {
      killed.kill();
    }
  }

  private synchronized @Nullable Child current() {
    return child;
  }

  /** It is never started again. */
  synchronized void leave() {
    gone = true;
  }

  void pause() throws IOException, InterruptedException {
    Child paused = current();
    if (paused != null) {
      paused.pause();
    }
  }

  void resume() throws IOException, InterruptedException {
    Child resumed = current();
    if (resumed != null && resumed.isAlive()) {
      resumed.resume();
    }
  }

  /** Begins a clean stop. */
  void terminate() {
    leave();
    Child ended = current();
    if (ended != null) {
      ended.terminate();
    }
  }

  /** Waits for the end of a clean stop; false where it took too long. */
  boolean awaitEnd() throws InterruptedException {
    Child ended = current();
    return ended == null || ended.awaitEnd(LEAVE);
  }
}
