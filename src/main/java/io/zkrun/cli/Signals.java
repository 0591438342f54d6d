package io.zkrun.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * Tells SIGTERM from SIGINT, which a shutdown hook can't. The JDK's class for it is not part of its
 * API, so it is reached by name; where it is missing, the JVM ends as usual.
 */
final class Signals {
  /**
   * Those that were ignored when this process was started. The launcher has reset them, since an
   * ignored signal is inherited by commands, and one with a handler is not.
   */
  private static final Set<String> IGNORED =
      Set.of(System.getProperty("zkrun.ignored-signals", "").split(","));

  private Signals() {}

  /** Takes no notice of those that are to be ignored. */
  static void ignore() {
    IGNORED.stream().filter(signal -> !signal.isEmpty()).forEach(signal -> on(signal, () -> {}));
  }

  /**
   * Runs {@code action} on a thread of the JVM whenever the signal (without SIG) comes, unless it
   * is to be ignored.
   */
  static void on(String signal, Runnable action) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              handlerType.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle") && !IGNORED.contains(signal)) {
                  action.run();
                }
                return null;
              });
      Method handle = type.getMethod("handle", type, handlerType);
      Object unused =
          handle.invoke(null, type.getConstructor(String.class).newInstance(signal), handler);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      throw new IllegalStateException("cannot handle SIG" + signal + " on this JVM", e);
    }
  }
}
