package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same crontab on three hosts, each with a cron daemon of its own; one clock is off. */
@Tag("namespaces")
class CronOnceIT {
  private static final int MINUTES = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(MINUTES + 1L);
  private static final String ANYBODY =
      "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n";

  private final Hosts hosts = new Hosts(3);
  private final List<Proc> daemons = new ArrayList<>();
  private final Path ran = hosts.folder().resolve("ran");

  @AfterEach
  void remove() {
    daemons.forEach(Proc::close);
    hosts.close();
  }

  private Host cron(Host host) {
    String zkrun = hosts.installation() + "/bin/zkrun run --once-per 1m --quiet-ok --name ";
    host.replace("/etc/pam.d/cron", ANYBODY);
    host.replace(
        "/etc/crontab",
        host.variables()
            + ("ZKRUN_CONNECT=" + hosts.host(1).address() + ":2181\n")
            + ("* * * * * root cd " + host.folder() + "; " + zkrun)
            + ("good 'echo said; echo $ZKRUN_TASK_ID >>" + ran)
            + "' >>good.out 2>>good.err; echo $? >>good.code\n"
            + ("* * * * * root cd " + host.folder() + "; " + zkrun)
            + "bad 'echo oops; echo worse >&2; exit 3'"
            + " >bad.out 2>bad.err; echo $? >>bad.code\n");
    host.ownFolder("/etc/cron.d");
    host.ownFolder("/run");
    Path spool = host.ownFolder("/var/spool/cron");
    try {
      Files.createDirectory(spool.resolve("crontabs"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemons.add(host.start("cron", "/usr/sbin/cron", "-f"));
    return host;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void eachMinuteRunsOnceOnWhicheverHostAndOnlyWhatFailsIsTold() {
    Host first = hosts.host(1);
    String data = first.folder() + "/data";
    daemons.add(first.startZkrun("standalone", "--data-dir", data, "--listen", first.address()));
    daemons.get(0).awaitLog("ready:");
    List<Host> all =
        List.of(
            cron(first),
            cron(hosts.host(2)),
            cron(hosts.host(3).withClockOff(Duration.ofSeconds(7))));
    await("each cron to have run both, twice")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(all)
                    .allSatisfy(
                        host -> {
                          assertThat(lines(host.folder().resolve("good.code")))
                              .hasSizeGreaterThanOrEqualTo(MINUTES);
                          assertThat(lines(host.folder().resolve("bad.code")))
                              .hasSizeGreaterThanOrEqualTo(MINUTES);
                        }));
    assertThat(lines(ran))
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("good\\.\\d{4}-\\d\\d-\\d\\dT\\d{4}"))
        .hasSizeBetween(MINUTES, MINUTES + 1); // two of them of the clock that is ahead
    for (Host host : all) {
      assertThat(lines(host.folder().resolve("good.code"))).containsOnly("0");
      assertThat(lines(host.folder().resolve("good.out"))).as("%s", host).isEmpty();
      assertThat(lines(host.folder().resolve("good.err"))).as("%s", host).isEmpty();
      assertThat(lines(host.folder().resolve("bad.code"))).containsOnly("3");
      assertThat(lines(host.folder().resolve("bad.out"))).as("%s", host).containsExactly("oops");
      List<String> told = lines(host.folder().resolve("bad.err"));
      assertThat(told).as("%s", host).hasSize(2).startsWith("worse");
      assertThat(told.get(1)).matches("zkrun: task bad\\.\\S+: exit code 3, on \\S+ after \\S+ s");
    }
  }
}
