package io.zkrun.znode;

import java.util.List;
import java.util.function.Predicate;

/** What a test does to the writes of one {@link MemoryTree}, before, on and after their way. */
public final class Interference {
  private Predicate<Write> poison = write -> false;
  private Runnable onPoison = () -> {};
  private Predicate<String> throttled = path -> false;
  private Runnable beforeNextMulti = () -> {};
  private Runnable afterNextMulti = () -> {};

  Interference() {}

  /** Runs {@code event} once, when a multi has been decided on and before it is sent. */
  public void beforeNextMulti(Runnable event) {
    beforeNextMulti = event;
  }

  /** Runs {@code fault} once, as soon as a multi is on its way and before it has arrived. */
  public void afterNextMulti(Runnable fault) {
    afterNextMulti = fault;
  }

  /** Whatever writes {@code path} cuts the connection, as too large a request does. */
  public void poison(String path) {
    poison = write -> write.path().equals(path);
  }

  /** Likewise for whatever creates a znode with this in its data. */
  public void poisonData(String part) {
    poisonData(part, () -> {});
  }

  /**
   * @param cut run each time
   */
  public void poisonData(String part, Runnable cut) {
    onPoison = cut;
    poison = write -> write instanceof Write.Create create && create.data().lossy().contains(part);
  }

  /** Answers no read of these, as a server does that has too much to do. */
  public void throttle(Predicate<String> paths) {
    throttled = paths;
  }

  boolean throttles(String path) {
    return throttled.test(path);
  }

  void before() {
    Runnable event = beforeNextMulti;
    beforeNextMulti = () -> {};
    event.run();
  }

  void after() {
    Runnable fault = afterNextMulti;
    afterNextMulti = () -> {};
    fault.run();
  }

  /** Whether these cut the connection; told once for each arrival. */
  boolean cuts(List<Write> writes) {
    boolean cuts = writes.stream().anyMatch(poison);
    if (cuts) {
      onPoison.run();
    }
    return cuts;
  }
}
