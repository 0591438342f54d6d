package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.ExitCode;
import io.zkrun.metrics.MetricsServer.Health;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a daemon in the foreground says of its health. */
class ForegroundTest {
  private final Foreground foreground = new Foreground();
  private final List<Health> seen = new ArrayList<>();

  /** One that sees its own health, and is ready whenever it is asked to stop. */
  private final class Eager implements Daemon {
    @Override
    public String name() {
      return "eager";
    }

    @Override
    public void start(Life life) {
      seen.add(foreground.health());
      life.away("no connection");
      seen.add(foreground.health());
      life.ready("serves");
      seen.add(foreground.health());
      life.fatal("enough");
    }

    @Override
    public void stop(boolean endCommands) {
      seen.add(foreground.health());
      foreground.ready("serves again");
      seen.add(foreground.health());
    }
  }

  @Test
  void itIsHealthyOnlyWhileItServesAndNoLongerOnceItStops() throws Exception {
    assertThat(foreground.serve(new Eager())).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
    assertThat(seen)
        .containsExactly(
            new Health(false, "starting"),
            new Health(false, "no connection"),
            new Health(true, "serves"),
            new Health(false, "stopping"),
            new Health(false, "stopping"));
  }

  @Test
  void whatADaemonWaitsForIsSaidAndZooKeeperIsBlamedOnlyWhereThereIsNoConnection() {
    foreground.away("leads; reads the tree");
    assertThat(foreground.obstacle()).isEqualTo("does not serve: leads; reads the tree");
    foreground.disconnected("127.0.0.1:1");
    assertThat(foreground.health())
        .isEqualTo(new Health(false, "no connection to ZooKeeper at 127.0.0.1:1"));
    assertThat(foreground.obstacle())
        .isEqualTo(
            "cannot reach ZooKeeper at 127.0.0.1:1 (127.0.0.1:1: connection refused: nothing listens"
                + " there)");
    foreground.away("is not registered: the name is held by another worker on host 'vm2'");
    assertThat(foreground.obstacle()).startsWith("does not serve: is not registered: the name");
  }
}
