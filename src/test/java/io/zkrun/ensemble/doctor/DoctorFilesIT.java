package io.zkrun.ensemble.doctor;

import static io.zkrun.ensemble.doctor.EnsembleOnHosts.CONFIG;
import static io.zkrun.ensemble.doctor.EnsembleOnHosts.PATIENCE;
import static io.zkrun.ensemble.doctor.EnsembleOnHosts.ZOO_CFG;
import static io.zkrun.ensemble.doctor.EnsembleOnHosts.doctor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Proc;
import io.zkrun.hosts.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The faults of a server's files, folders, number and names that doctor knows, made for real on
 * three hosts: one error each, the right one. The ensemble is started once, and mended after each.
 */
@Tag("namespaces")
@TestInstance(Lifecycle.PER_CLASS)
class DoctorFilesIT {
  private final EnsembleOnHosts it = new EnsembleOnHosts();

  @BeforeAll
  void start() {
    it.startAll();
  }

  @AfterAll
  void removeHosts() {
    it.close();
  }

  @BeforeEach
  void mend() {
    it.mend();
  }

  // ---- files

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dataDir=                | dataDri=                | unknownKey    | dataDri",
        "server.3=vm3            | server.2=vm3            | duplicateId   | server.2",
        "server.3=vm3:2888:3888  | server.3=vm3:2888:2888  | samePorts     | 2888",
        "server.1=vm1:2888       | server.1=vm1:2889       | serversDiffer | 2889",
        "server.2=vm2:2888:3888  | #                       | serverMissing | server.2",
        "server.3=vm3:2888:3888  | #                       | serverMissing | server.3",
      })
  void aMistakeInTheFile(String line, String instead, String code, String word) {
    it.stop(3);
    it.configure(3, ZOO_CFG.replace(line, instead));
    try {
      doctor(it.vm3).assertError(code, word, "zoo.cfg");
    } finally {
      it.configure(3, ZOO_CFG);
    }
  }

  @ParameterizedTest
  @CsvSource({"'', myidEmpty", "vm3, myidNotNumber", "7, myidMismatch", "1, myidMismatch"})
  void aWrongMyid(String text, String code) {
    it.stop(3);
    it.number(3, text);
    try {
      doctor(it.vm3).assertError(code, "myid");
      doctor(it.hosts.host(3)).assertError(code, "myid");
    } finally {
      it.number(3, "3\n");
    }
  }

  @Test
  void noMyid() throws IOException {
    it.stop(3);
    Files.delete(it.folder(3).resolve("data/myid"));
    try (Proc server = it.vm3.startPlainServer(Path.of(CONFIG))) {
      assertThat(server.awaitExit()).isNotZero();
      doctor(it.vm3).assertError("myidMissing", "myid");
    } finally {
      it.number(3, "3\n");
    }
  }

  @Test
  void theSameMyidOnTwoHosts() {
    it.stop(3);
    it.number(3, "2\n");
    try {
      compared().assertErrors("myidDuplicate");
    } finally {
      it.number(3, "3\n");
    }
  }

  private DoctorReport compared() {
    String[] bundles = new String[3];
    for (int id = 1; id <= 3; id++) {
      Path bundle = it.host(id).folder().resolve("bundle");
      bundles[id - 1] = bundle.toString();
      it.host(id).zkrun("doctor", "--config", CONFIG, "--bundle", bundles[id - 1]).expect(0);
    }
    return new DoctorReport(
        it.vm1.zkrun(
            "doctor", "--output", "json", "--compare", bundles[0], bundles[1], bundles[2]));
  }

  @Test
  void bundlesOfHealthyHostsAreSound() {
    compared().assertSound();
  }

  @Test
  void theDataFolderIsMissing() throws IOException {
    it.stop(3);
    Path data = it.folder(3).resolve("data");
    Path away = it.folder(3).resolve("away");
    Files.move(data, away);
    try {
      doctor(it.vm3).assertError("dataDirMissing", "/var/lib/zookeeper/data");
    } finally {
      Files.move(away, data);
    }
  }

  @Test
  void theDataFolderIsNotWritable() {
    it.stop(3);
    it.hosts.host(3).run("chown", "root:root", "/var/lib/zookeeper/data").expect(0);
    try {
      doctor(it.vm3).assertError("dataDirNotWritable", "nobody");
      doctor(it.hosts.host(3)).assertError("dataDirNotWritable", "nobody");
    } finally {
      it.hosts.host(3).run("chown", "nobody", "/var/lib/zookeeper/data").expect(0);
    }
  }

  /** As it is left by whoever starts the server by hand once, as root. */
  @Test
  void theDataAreOfAnotherOwner() {
    it.stop(3);
    String version = "/var/lib/zookeeper/data/version-2";
    it.hosts.host(3).run("chown", "root:root", version).expect(0);
    try {
      doctor(it.vm3).assertError("dataDirNotWritable", version, "nobody", "root");
      doctor(it.hosts.host(3)).assertError("dataDirNotWritable", version, "nobody", "root");
    } finally {
      it.hosts.host(3).run("chown", "nobody", version).expect(0);
    }
    it.hosts.host(3).run("sh", "-c", "umask 077; echo x >" + version + "/snapshot.7").expect(0);
    try {
      doctor(it.hosts.host(3)).assertError("dataDirNotWritable", version, "snapshot.7");
    } finally {
      it.hosts.host(3).run("rm", version + "/snapshot.7").expect(0);
    }
  }

  @Test
  void theDataFolderIsFullAndInMemory() throws IOException {
    it.stop(3);
    Path full = Files.createDirectories(it.vm3.folder().resolve("full"));
    Root.run("mount", "-t", "tmpfs", "-o", "size=256k,mode=777", "tmpfs", full.toString());
    try {
      EnsembleOnHosts.write(full.resolve("myid"), "3\n");
      Root.run("dd", "if=/dev/zero", "of=" + full.resolve("filler"), "bs=1k", "count=250");
      it.configure(3, ZOO_CFG.replace("/var/lib/zookeeper/data", full.toString()));
      doctor(it.vm3).assertError("diskFull", full.toString());
      assertThat(doctor(it.vm3).findings("warning"))
          .singleElement()
          .satisfies(each -> assertThat(each).containsEntry("code", "dataDirInTmp"));
    } finally {
      it.configure(3, ZOO_CFG);
      Root.run("umount", full.toString());
    }
  }

  @Test
  void aDamagedSnapshot() throws IOException {
    it.stop(3);
    Path newest;
    try (Stream<Path> files = Files.list(it.folder(3).resolve("data/version-2"))) {
      newest =
          files
              .filter(each -> each.getFileName().toString().startsWith("snapshot."))
              .max(Comparator.comparing(each -> each.toFile().lastModified()))
              .orElseThrow();
    }
    byte[] sound = Files.readAllBytes(newest);
    byte[] damaged = sound.clone();
    damaged[damaged.length / 2] ^= 0x55;
    Files.write(newest, damaged);
    try {
      doctor(it.vm3).assertError("snapshotCorrupt", newest.getFileName().toString());
    } finally {
      Files.write(newest, sound);
    }
  }

  // ---- names and addresses

  private static String names(String third) {
    return "127.0.0.1 localhost\n10.77.0.1 vm1\n10.77.0.2 vm2\n" + third + "\n";
  }

  @Test
  void itsNameIsLoopback() {
    it.stop(3);
    it.vm3.etcHosts(names("127.0.1.1 vm3"));
    try {
      it.start(3);
      await().atMost(PATIENCE).until(() -> !it.ask(3, "srvr").isEmpty());
      doctor(it.vm3).assertError("addressLoopback", "127.0.1.1");
    } finally {
      it.stop(3);
      it.vm3.etcHosts(names("10.77.0.3 vm3"));
    }
  }

  @Test
  void itsAddressIsNotHere() {
    it.stop(3);
    it.vm3.etcHosts(names("10.77.0.33 vm3"));
    try {
      doctor(it.vm3).assertError("addressNotHere", "10.77.0.33", "10.77.0.3");
    } finally {
      it.vm3.etcHosts(names("10.77.0.3 vm3"));
    }
  }

  /** With this line a server starts and serves whatever its name means on its own host. */
  @ParameterizedTest
  @CsvSource({"10.77.0.33", "10.77.0.1"})
  void itsAddressIsNotHereThoughItListensOnAll(String address) {
    it.stop(3);
    it.vm3.etcHosts(names(address + " vm3"));
    it.configure(3, ZOO_CFG + "quorumListenOnAllIPs=true\n");
    try {
      it.start(3);
      await().atMost(PATIENCE).until(() -> !it.ask(3, "srvr").isEmpty());
      doctor(it.vm3).assertError("addressNotHere", address, "10.77.0.3");
    } finally {
      it.stop(3);
      it.configure(3, ZOO_CFG);
      it.vm3.etcHosts(names("10.77.0.3 vm3"));
    }
  }

  @ParameterizedTest
  @CsvSource({"10.77.0.33", "10.77.0.2"})
  void anotherServerHasAWrongAddressHere(String address) {
    it.vm1.etcHosts(names(address + " vm3"));
    try {
      doctor(it.vm1).assertError("addressWrong", "vm3 is " + address);
    } finally {
      it.vm1.etcHosts(names("10.77.0.3 vm3"));
    }
  }

  @Test
  void aNameWithoutAddress() {
    it.vm1.etcHosts(names(""));
    try {
      doctor(it.vm1).assertError("nameNotResolved", "vm3");
    } finally {
      it.vm1.etcHosts(names("10.77.0.3 vm3"));
    }
  }
}
