package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What daemons of several parts say of themselves. */
class TogetherTest implements Daemon.Life {
  private final List<String> told = new ArrayList<>();
  private final Together together = new Together(this, "serves");
  private final Daemon.Life master = together.part("master");
  private final Daemon.Life worker = together.part("worker vm1");

  @Override
  public void ready(String role) {
    told.add(role);
  }

  @Override
  public void away(String reason) {
    told.add(reason);
  }

  @Override
  public void fatal(String message) {
    told.add("fatal: " + message);
  }

  @Test
  void theyAreReadyWhenAllAre() {
    master.ready("leads");
    assertThat(told).containsExactly("worker vm1 has not started");
    worker.ready("takes 1");
    master.ready("leads again");
    assertThat(told).endsWith("worker vm1 has not started", "serves").hasSize(2);
  }

  @Test
  void theReasonsOfAllArePutTogether() {
    master.away("no connection");
    worker.away("no connection");
    assertThat(told).endsWith("master: no connection; worker vm1: no connection");
    worker.ready("takes 1");
    assertThat(told).endsWith("master: no connection");
    master.ready("leads");
    assertThat(told).endsWith("serves");
    worker.away("is not registered");
    assertThat(told).endsWith("worker vm1: is not registered");
  }
}
