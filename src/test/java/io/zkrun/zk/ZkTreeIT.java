package io.zkrun.zk;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class ZkTreeIT extends ZkTreeContract {
  @TempDir Path folder;
  private LocalZooKeeper server;

  @BeforeEach
  void start() throws Exception {
    server = new LocalZooKeeper(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Override
  protected String connect() {
    return server.connect();
  }
}
