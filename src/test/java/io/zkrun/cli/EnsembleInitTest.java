package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.ensemble.EnsemblePlan;
import io.zkrun.ensemble.ZooCfg;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code zkrun ensemble init} writes, and what it does not. */
class EnsembleInitTest {
  @TempDir Path dir;

  private record Left(int code, String out, String err) {}

  private Left zkrun(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("HOME", dir.toString()),
            false);
    Clients clients =
        settings -> {
          throw new AssertionError("the cluster was asked");
        };
    int code = new Cli(terminal, clients).run(words);
    String said = err.toString(StandardCharsets.UTF_8);
    assertThat(said).doesNotContain("\tat ", "Exception");
    return new Left(code, out.toString(StandardCharsets.UTF_8), said);
  }

  private Left init(String host, String... more) {
    List<String> words = new ArrayList<>(List.of("ensemble", "init"));
    words.addAll(List.of("--conf-dir", dir.resolve(host + "/conf").toString()));
    words.addAll(List.of("--data-dir", dir.resolve("data").toString()));
    words.addAll(List.of("--log-dir", dir.resolve("log").toString()));
    words.addAll(List.of(more));
    return zkrun(words.toArray(String[]::new));
  }

  private Left three(String me, String... more) {
    List<String> words = new ArrayList<>(List.of("--servers", "vm1,vm2,vm3", "--me", me));
    words.addAll(List.of(more));
    return init(me, words.toArray(String[]::new));
  }

  private String read(String file) throws IOException {
    return Files.readString(dir.resolve(file));
  }

  /** Every file below, with its text. */
  private List<String> all() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      List<String> all = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        all.add(
            dir.relativize(file) + (Files.isDirectory(file) ? "" : ": " + Files.readString(file)));
      }
      return all;
    }
  }

  @Test
  void theShippedFileIsWhatInitWrites() throws IOException {
    assertThat(Files.readString(Path.of("conf/zoo.cfg"))).isEqualTo(EnsemblePlan.example());
    assertThat(ZooCfg.parse(EnsemblePlan.example(), "zoo.cfg").mistakes()).isEmpty();
  }

  @Test
  void everyValueOfTheShippedFileHasItsReason() {
    String previous = "";
    for (String line : EnsemblePlan.example().lines().toList()) {
      if (line.matches("[a-zA-Z4].*=.*") && !line.startsWith("server.")) {
        assertThat(previous).as("before %s", line).matches("#.*|autopurge.snapRetainCount=.*");
      }
      previous = line;
    }
  }

  @Test
  void writesAHost() throws IOException {
    Left left = three("vm2");
    assertThat(left.code()).isZero();
    assertThat(left.out())
        .isEqualTo(
            """
            made DIR/data
            made DIR/log
            wrote DIR/data/myid
            wrote DIR/vm2/conf/zoo.cfg
            this host: server 2 (vm2)
            connect string: vm1:2181,vm2:2181,vm3:2181
            next: the same command on vm1, vm3; then on each host:
              zkrun zookeeper --config DIR/vm2/conf/zoo.cfg
              export ZKRUN_CONNECT=vm1:2181,vm2:2181,vm3:2181
            """
                .replace("DIR", dir.toString()));
    assertThat(read("data/myid")).isEqualTo("2\n");
    for (String folder : List.of("data", "log")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(folder))))
          .isEqualTo("rwxr-x---");
    }
    ZooCfg cfg = ZooCfg.read(dir.resolve("vm2/conf/zoo.cfg"));
    assertThat(cfg.mistakes()).isEmpty();
    assertThat(cfg.connectString()).isEqualTo("vm1:2181,vm2:2181,vm3:2181");
    assertThat(cfg.dataDir()).contains(dir.resolve("data"));
    assertThat(cfg.dataLogDir()).contains(dir.resolve("log"));
  }

  @Test
  void theFileIsTheSameOnEveryHost() throws IOException {
    three("vm1");
    Files.delete(dir.resolve("data/myid"));
    three("3");
    assertThat(read("3/conf/zoo.cfg")).isEqualTo(read("vm1/conf/zoo.cfg"));
    assertThat(read("data/myid")).isEqualTo("3\n");
  }

  @Test
  void doesNothingTwice() throws IOException {
    three("vm2");
    Files.createDirectory(dir.resolve("data/version-2"));
    Files.writeString(dir.resolve("data/version-2/snapshot.0"), "");
    List<String> before = all();
    Left left = three("vm2");
    assertThat(left.code()).isZero();
    assertThat(left.out()).doesNotContain("wrote", "made").contains("stands already: ");
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    List<String> before = all();
    Left left = three("vm2", "--dry-run");
    assertThat(left.code()).isZero();
    assertThat(left.out())
        .contains("# would make the folder " + dir.resolve("data") + "\n")
        .contains("# would write " + dir.resolve("data/myid") + ":\n2\n")
        .contains("server.3=vm3:2888:3888\n");
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void replacesTheExampleAndNamesTheEnsembleInTheSettings() throws IOException {
    Path conf = Files.createDirectories(dir.resolve("vm1/conf"));
    Files.writeString(conf.resolve("zoo.cfg"), EnsemblePlan.example());
    Files.copy(Path.of("conf/zkrun.conf"), conf.resolve("zkrun.conf"));
    Left left = init("vm1", "--servers", "vm1,b,c", "--me", "vm1");
    assertThat(left.code()).isZero();
    assertThat(read("vm1/conf/zoo.cfg")).contains("server.2=b:2888:3888");
    assertThat(read("vm1/conf/zkrun.conf"))
        .isEqualTo(
            Files.readString(Path.of("conf/zkrun.conf"))
                .replace(
                    "#zkrun.zookeeper.connect = \"127.0.0.1:2181\"",
                    "zkrun.zookeeper.connect = \"vm1:2181,b:2181,c:2181\""));
    assertThat(left.out()).doesNotContain("export");
    assertThat(init("vm1", "--servers", "vm1,b,c", "--me", "vm1").out()).doesNotContain("wrote");
  }

  @Test
  void whatIsWrittenIsNeverTakenForTheExample() {
    List<EnsemblePlan.Server> servers = EnsemblePlan.servers("vm1,vm2,vm3", 2888, 3888);
    Path state = Path.of("/var/lib/zookeeper");
    String written =
        new EnsemblePlan(servers, 2181, state.resolve("data"), state.resolve("log")).zooCfg();
    assertThat(EnsemblePlan.example()).endsWith(written).isNotEqualTo(written);
  }

  @Test
  void refusesAFileThatDiffers() throws IOException {
    three("vm2");
    List<String> before = all();
    Left left = init("vm2", "--servers", "vm1,vm2,vm4", "--me", "vm2", "--client-port", "2182");
    assertThat(left.code()).isEqualTo(78);
    assertThat(left.out()).isEmpty();
    assertThat(left.err())
        .contains(
            dir.resolve("vm2/conf/zoo.cfg") + " stands there already and differs",
            "line 11 holds:  server.3=vm3:2888:3888",
            "it would hold:  server.3=vm4:2888:3888",
            "it would hold:  clientPort=2182");
    assertThat(all()).isEqualTo(before);
  }

  /** As for a second version: it is unpacked elsewhere, and the data stand. */
  @Test
  void findsTheServerThatAnotherFolderDescribes() throws IOException {
    three("vm2");
    Files.createDirectory(dir.resolve("data/version-2"));
    Files.writeString(dir.resolve("data/version-2/snapshot.0"), "");
    Path users = Files.createDirectories(dir.resolve(".config/zkrun")).resolve("zoo.cfg");
    Files.move(dir.resolve("vm2/conf/zoo.cfg"), users);
    String tuned = Files.readString(users) + "maxCnxns=7\n";
    Files.writeString(users, tuned);
    Files.writeString(dir.resolve("vm2/conf/zoo.cfg"), EnsemblePlan.example());

    Left left = three("vm2");
    assertThat(left.code()).isZero();
    assertThat(left.err()).contains("this server stands already, by " + users);
    assertThat(read("vm2/conf/zoo.cfg")).isEqualTo(tuned);

    Files.writeString(dir.resolve("vm2/conf/zoo.cfg"), EnsemblePlan.example());
    List<String> before = all();
    Left other = init("vm2", "--servers", "vm1,vm2,vm4", "--me", "vm2");
    assertThat(other.code()).isEqualTo(78);
    assertThat(other.err())
        .contains("this host has a server already, by " + users, "server.4=vm4".replace("4=", "3="))
        .doesNotContain("move");
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void theExampleIsOneUntilItsServersAreNamed() {
    String example = EnsemblePlan.example();
    assertThat(EnsemblePlan.isExample(example.replace("tickTime=1000", "tickTime=2000"))).isTrue();
    assertThat(EnsemblePlan.isExample(example.replace("=vm2:", "=db2:"))).isFalse();
    assertThat(EnsemblePlan.isExample(example.substring(example.indexOf('\n') + 1))).isFalse();
  }

  @Test
  void aFileThatDiffersIsShownWithoutItsPasswords() throws IOException {
    three("vm2");
    Path file = dir.resolve("vm2/conf/zoo.cfg");
    Files.writeString(
        file,
        Files.readString(file)
            + "ssl.keyStore.password=hunter1\nssl.trustStore.password : hunter2\n"
            + "ssl.quorum.keyStore.password=\\\n  hunter3\n"
            + "DigestAuthenticationProvider.superDigest=super:hunter4=\n"
            + "ssl.keyStore.passwordPath=/etc/zk.pass\n");
    Left left = three("vm2");
    assertThat(left.code()).isEqualTo(78);
    assertThat(left.err())
        .doesNotContain("hunter")
        .contains("ssl.keyStore.password=(hidden)", "superDigest=(hidden)")
        .contains("ssl.keyStore.passwordPath=/etc/zk.pass");
  }

  @Test
  void refusesAnotherServersFolder() throws IOException {
    three("vm2");
    List<String> before = all();
    Left left = three("vm1");
    assertThat(left.code()).isEqualTo(78);
    assertThat(left.err()).contains(dir.resolve("data/myid") + " holds '2'", "server 1");
    assertThat(all()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"data,snapshot.100000000", "log,log.1"})
  void refusesDataOfOthers(String folder, String file) throws IOException {
    Path version = Files.createDirectories(dir.resolve(folder).resolve("version-2"));
    Files.writeString(version.resolve(file), "");
    List<String> before = all();
    Left left = three("vm2");
    assertThat(left.code()).isEqualTo(78);
    assertThat(left.err()).contains(dir.resolve(folder) + " holds the data of an ensemble", file);
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void warns() {
    assertThat(init("a", "--servers", "vm1", "--me", "vm1", "--dry-run").err())
        .contains("warning: one server alone serves");
    assertThat(init("a", "--servers", "vm1,vm2", "--me", "vm1", "--dry-run").err())
        .contains("warning: 2 servers bear the loss of 0, as 1 would");
    assertThat(three("vm1", "--dry-run").err())
        .contains("warning: 'vm2' means no address on this host yet")
        .contains("does not outlive a reboot");
    assertThat(init("a", "--servers", "192.0.2.77,b,c", "--me", "1", "--dry-run").err())
        .contains("192.0.2.77, which this host", "does not have");
  }

  @Test
  void findsTheHostByItsAddresses() {
    assertThat(init("a", "--servers", "192.0.2.78,127.0.0.1,192.0.2.79", "--dry-run").out())
        .contains("myid:\n2\n");
    Left left = init("a", "--servers", "192.0.2.78,192.0.2.79,192.0.2.77", "--dry-run");
    assertThat(left.code()).isEqualTo(64);
    assertThat(left.err())
        .contains(
            "none of --servers have an address of this host", "192.0.2.78: 192.0.2.78", "--me");
    assertThat(init("a", "--servers", "127.0.0.1,127.0.0.2,127.0.0.3", "--dry-run").err())
        .contains("several of --servers have an address of this host", "--me 127.0.0.1");
  }

  @Test
  void portsOfEachServer() {
    Left left =
        init(
            "a",
            "--servers",
            "vm1:1:2,[fd00::2]:3:4,vm3",
            "--me",
            "[fd00::2]",
            "--peer-port",
            "5",
            "--election-port",
            "6",
            "--client-port",
            "7",
            "--dry-run");
    assertThat(left.code()).isZero();
    assertThat(left.out())
        .contains("server.1=vm1:1:2\nserver.2=[fd00::2]:3:4\nserver.3=vm3:5:6\n")
        .contains("clientPort=7\n")
        .contains("myid:\n2\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "'' ! a server is missing",
        "vm1,,vm3 ! a server is missing beside a comma",
        "vm1,vm1,vm3 ! .vm1. stands there twice",
        "vm1,VM1 ! stands there twice",
        "vm1:2888,vm2 ! two ports or none",
        "vm1:2888:x,vm2 ! .x. is no port",
        "vm1:2888:2888,vm2 ! must differ",
        "vm1:2888:70000,vm2 ! .70000. is no port",
        "::1,vm2 ! is no host name or address",
        "a b,vm2 ! is no host name or address",
        "vm1:2181:3888 ! --client-port 2181",
      })
  void refusesBadServers(String servers, String said) {
    Left left = init("a", "--servers", servers, "--me", "1", "--dry-run");
    assertThat(left.code()).isEqualTo(64);
    assertThat(left.err()).startsWith("zkrun: ").containsPattern(said);
  }

  @ParameterizedTest
  @CsvSource({
    "--me=vm9,--me vm9 is none of --servers",
    "--me=9,--me 9 is none of --servers",
    "--client-port=0,--client-port",
    "--client-port=x,--client-port",
    "--peer-port=3888,must differ",
    "--election-port=65536,--election-port",
    "--data-dir=/,--data-dir",
    "'--data-dir=/srv/a\nb\nc',--data-dir",
    "--force,--force",
    "--bogus,--bogus",
  })
  void refusesABadOption(String option, String said) {
    List<String> words = new ArrayList<>(List.of("ensemble", "init", "--servers", "vm1,vm2,vm3"));
    words.add(option);
    if (!option.startsWith("--me")) {
      words.add("--me=vm1");
    }
    words.add("--dry-run");
    Left left = zkrun(words.toArray(String[]::new));
    assertThat(left.code()).isEqualTo(64);
    assertThat(left.err()).startsWith("zkrun: ").contains(said);
    assertThat(left.err().strip().lines()).hasSize(1);
  }

  /** ZooKeeper reads its file as Latin 1; and people paste the next step into a shell. */
  @Test
  void foldersOfAnyNameAreReadAsTheyWereMeant() throws IOException {
    Path data = dir.resolve("Zoö ☃ data");
    Left left =
        zkrun(
            "ensemble",
            "init",
            "--servers=127.0.0.1",
            "--conf-dir=" + dir.resolve("my conf"),
            "--data-dir=" + data);
    assertThat(left.code()).isZero();
    ZooCfg cfg = ZooCfg.read(dir.resolve("my conf/zoo.cfg"));
    assertThat(cfg.dataDir()).contains(data);
    assertThat(cfg.mistakes()).isEmpty();
    assertThat(left.out()).contains("zkrun zookeeper --config '" + dir + "/my conf/zoo.cfg'\n");
    assertThat(
            zkrun(
                    "ensemble",
                    "init",
                    "--servers=127.0.0.1",
                    "--conf-dir=" + dir.resolve("my conf"),
                    "--data-dir=" + data)
                .out())
        .contains("stands already: ");
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(zkrun("ensemble", "init").err()).contains("--servers");
    assertThat(zkrun("ensemble").code()).isEqualTo(64);
  }

  @Test
  void saysWhereItCannotWrite() throws IOException {
    Files.writeString(dir.resolve("data"), "a file");
    Left left = three("vm1");
    assertThat(left.code()).isEqualTo(78);
    assertThat(left.err()).contains("cannot", dir.resolve("data").toString(), "--data-dir");
  }
}
