package io.zkrun.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves {@code /metrics} and {@code /health} by HTTP, on threads of its own. Whoever asks badly,
 * slowly or too often gets no answer in time, and harms nobody else.
 */
public final class MetricsServer implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int BACKLOG = 50;
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String PLAIN = "text/plain; charset=utf-8";

  static {
    // Seconds after which a request that is not complete, or an answer that nobody reads, is given
    // up: without them a few silent connections would take every thread for ever.
    setUnlessSet("sun.net.httpserver.maxReqTime", "5");
    setUnlessSet("sun.net.httpserver.maxRspTime", "5");
  }

  /**
   * How a daemon fares.
   *
   * @param text one line for people: what it does, or what keeps it from serving
   */
  public record Health(boolean serves, String text) {}

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, MetricsServer::thread);

  private MetricsServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Binds and serves.
   *
   * @param listen {@code host:port}
   * @param metrics asked anew for each {@code /metrics}
   * @param health asked anew for each {@code /health}: 200 where the daemon serves, else 503
   * @throws IOException when the address cannot be had; the message is the bare cause
   */
  public static MetricsServer start(
      String listen, Supplier<String> metrics, Supplier<Health> health) throws IOException {
    int colon = listen.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            listen.substring(0, colon), Integer.parseInt(listen.substring(colon + 1)));
    if (address.isUnresolved()) {
      throw new IOException("no such host");
    }
    MetricsServer server = new MetricsServer(HttpServer.create(address, BACKLOG));
    server.serve(metrics, health);
    return server;
  }

  private void serve(Supplier<String> metrics, Supplier<Health> health) {
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, 404, PLAIN, "/metrics or /health\n"));
    server.createContext("/metrics", exchange -> metrics(exchange, metrics));
    server.createContext("/health", exchange -> health(exchange, health.get()));
    server.start();
  }

  private static void metrics(HttpExchange exchange, Supplier<String> metrics) throws IOException {
    answer(exchange, 200, PROMETHEUS, metrics.get());
  }

  private static void health(HttpExchange exchange, Health health) throws IOException {
    answer(exchange, health.serves() ? 200 : 503, PLAIN, health.text() + "\n");
  }

  private static void answer(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    try (exchange) {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(code, head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "metrics");
    thread.setDaemon(true);
    return thread;
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Ends at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
