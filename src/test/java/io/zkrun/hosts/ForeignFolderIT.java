package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Needs a user without root's right to write everywhere. */
@Tag("namespaces")
class ForeignFolderIT {
  @Test
  void aServerSaysWhichFolderItMayNotWrite() throws IOException {
    try (Hosts hosts = new Hosts(1)) {
      Host host = hosts.host(1);
      Path data = Files.createDirectory(host.folder().resolve("data"));
      Path zooCfg = host.folder().resolve("zoo.cfg");
      Files.writeString(zooCfg, "clientPort=2181\ndataDir=" + data + "\n");
      Host nobody = host.asNobody(); // Owns all that stood in the folder until now.
      Root.run("chown", "0:0", data.toString());
      Root.run("chmod", "755", data.toString());
      String[] check = {"zookeeper", "--check", "--config", zooCfg.toString()};
      host.zkrun(check).expect(0);
      Ran refused = nobody.zkrun(check).expect(78);
      assertThat(refused.stderr())
          .contains(zooCfg + ":2:", data + " cannot be written by nobody")
          .doesNotContain("\tat ");
    }
  }
}
