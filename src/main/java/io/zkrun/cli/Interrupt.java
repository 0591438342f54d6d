package io.zkrun.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What Ctrl-C or SIGTERM does while a command runs: once the JVM goes down, this thread ends it.
 */
final class Interrupt {
  private static final AtomicBoolean PENDING = new AtomicBoolean();
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private Interrupt() {}

  /** Runs {@code action} when the process is asked to end. */
  static Thread install(Runnable action) {
    Thread hook =
        new Thread(
            () -> {
              PENDING.set(true);
              action.run();
            },
            "interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  /** What was installed is no longer needed, unless the process is already about to end. */
  static void remove(Thread hook) {
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) { // the JVM is going down
      PENDING.set(true);
    }
  }

  static boolean isPending() {
    return PENDING.get();
  }

  /** Leaves the end of the process to the interrupt. */
  static void await() {
    try {
      NEVER.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
