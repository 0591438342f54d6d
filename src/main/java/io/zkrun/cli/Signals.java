package io.zkrun.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Tells SIGTERM from SIGINT, which a shutdown hook can't. The JDK's class for it is not part of its
 * API, so it is reached by name; where it is missing, the JVM ends as usual.
 */
final class Signals {
  private Signals() {}

  /** Runs {@code action} on a thread of the JVM whenever the signal (without SIG) comes. */
  static void on(String signal, Runnable action) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              handlerType.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
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
