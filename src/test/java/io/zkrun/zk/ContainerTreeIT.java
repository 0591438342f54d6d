package io.zkrun.zk;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The contract over the public ZooKeeper image. Fails where there is no Docker; the default run
 * leaves it out by its tag. An image is pulled only with {@code -Dzkrun.test.pull=true}.
 */
@Tag("docker")
class ContainerTreeIT extends ZkTreeContract {
  private static final int PORT = 2181;

  private static GenericContainer<?> container;
  private final String chroot = "/test-" + UUID.randomUUID();

  @BeforeAll
  static void startContainer() {
    container =
        new GenericContainer<>(DockerImageName.parse("zookeeper:3.9.5"))
            .withImagePullPolicy(name -> Boolean.getBoolean("zkrun.test.pull"))
            .withExposedPorts(PORT)
            .waitingFor(Wait.forListeningPorts(PORT))
            .withStartupTimeout(Duration.ofSeconds(60));
    container.start();
  }

  @AfterAll
  static void stopContainer() {
    container.stop();
  }

  @Override
  protected String connect() {
    return container.getHost() + ":" + container.getMappedPort(PORT) + chroot;
  }
}
