package io.zkrun.zk;

import java.io.IOException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.HostProvider;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.proto.RequestHeader;

/** The client library's object, with an end of the session that does not wait for its clean-up. */
@SuppressWarnings("try") // close() may be interrupted: the base class says so.
final class Connection extends ZooKeeper {
  /** Asks for a new session. */
  Connection(String hosts, int timeoutMillis, Watcher watcher, ZKClientConfig config)
      throws IOException {
    super(hosts, timeoutMillis, watcher, false, provider(hosts), config);
  }

  /** Asks for the session that {@code before} had: the server says whether it still lives. */
  Connection(
      String hosts, int timeoutMillis, Watcher watcher, ZKClientConfig config, Connection before)
      throws IOException {
    super(
        hosts,
        timeoutMillis,
        watcher,
        before.getSessionId(),
        before.getSessionPasswd(),
        false,
        provider(hosts),
        config);
  }

  private static HostProvider provider(String hosts) {
    return new StaticHostProvider(new ConnectStringParser(hosts).getServerAddresses());
  }

  /**
   * Ends the session and returns when the server has said so, or there is no connection to ask by:
   * then the session ends by its timeout.
   */
  void endSession() throws InterruptedException {
    if (getState().isAlive()) {
      RequestHeader header = new RequestHeader();
      header.setType(OpCode.closeSession);
      cnxn.submitRequest(header, null, null, null);
    }
  }

  /** Ends the threads; waits 100 ms in the library's clean-up. */
  void cleanUp() {
    cnxn.disconnect();
  }
}
