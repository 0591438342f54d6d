package io.zkrun.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in files of real life, and what is wrong in them. */
class ZooCfgTest {
  private static final String BASE =
      "tickTime=1000\ninitLimit=30\nsyncLimit=5\ndataDir=/var/lib/zookeeper\nclientPort=2181\n";

  private static final String THREE =
      "server.1=vm1:2888:3888\nserver.2=vm2:2888:3888\nserver.3=vm3:2888:3888\n";

  @TempDir Path folder;

  /** ZooKeeper's parser leaves what it does not know as system properties. */
  @AfterEach
  void clean() {
    System.getProperties().keySet().removeIf(key -> key.toString().startsWith("zookeeper."));
    QuorumPeerConfig.setStandaloneEnabled(true);
    QuorumPeerConfig.setReconfigEnabled(false);
  }

  @Test
  void readsAnEnsemble() {
    ZooCfg cfg = ZooCfg.parse("# for us\n\n" + BASE + THREE, "zoo.cfg");
    assertThat(cfg.mistakes()).isEmpty();
    assertThat(cfg.servers().keySet()).containsExactly(1, 2, 3);
    assertThat(cfg.servers().get(2))
        .isEqualTo(
            new ServerLine(
                2,
                "zoo.cfg",
                9,
                List.of(new ServerLine.Address("vm2", 2888, 3888)),
                "participant",
                OptionalInt.of(2181),
                Optional.empty()));
    assertThat(cfg.dataDir()).contains(Path.of("/var/lib/zookeeper"));
    assertThat(cfg.dataLogDir()).contains(Path.of("/var/lib/zookeeper"));
    assertThat(cfg.isDistributed()).isTrue();
    assertThat(cfg.connectString()).isEqualTo("vm1:2181,vm2:2181,vm3:2181");
    assertThat(cfg.lines().get(0)).isEqualTo(new CfgLine(3, "tickTime", "1000", "tickTime=1000"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "[::1]:2888:3888 ! ::1 ! participant ! 2181 ! [::1]:2181",
        "[fe80::1%eth0]:2888:3888 ! fe80::1%eth0 ! participant ! 2181 ! [fe80::1%eth0]:2181",
        "vm1:2888:3888;2182 ! vm1 ! participant ! 2182 ! vm1:2182",
        "vm1:2888:3888;10.0.0.1:2182 ! vm1 ! participant ! 2182 ! 10.0.0.1:2182",
        "vm1:2888:3888;0.0.0.0:2182 ! vm1 ! participant ! 2182 ! vm1:2182",
        "vm1:2888:3888:observer ! vm1 ! observer ! 2181 ! vm1:2181",
        "vm1:2888:3888:Participant;[::1]:2182 ! vm1 ! participant ! 2182 ! [::1]:2182",
        "a_b-c.example.:2888:3888 ! a_b-c.example. ! participant ! 2181 ! a_b-c.example.:2181",
      })
  void readsAServer(String text, String host, String role, int clientPort, String endpoint) {
    ZooCfg cfg = ZooCfg.parse(BASE + THREE + "server.4=" + text + "\nserver.5=vm5:2888:3888", "f");
    ServerLine server = cfg.servers().get(4);
    assertThat(server.host()).isEqualTo(host);
    assertThat(server.role()).isEqualTo(role);
    assertThat(server.clientPort()).hasValue(clientPort);
    assertThat(server.clientEndpoint()).contains(endpoint);
  }

  @Test
  void readsSeveralAddresses() {
    ZooCfg cfg =
        ZooCfg.parse(
            BASE + "multiAddress.enabled=true\nserver.1=a1:2888:3888|a2:2889:3889\n", "zoo.cfg");
    assertThat(cfg.servers().get(1).addresses())
        .containsExactly(
            new ServerLine.Address("a1", 2888, 3888), new ServerLine.Address("a2", 2889, 3889));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      value = {
        "tickTime=1000\\r\\nclientPort=2181\\r\\n @ 1:tickTime=1000 2:clientPort=2181",
        "\\r\\n# c\\r\\n! c\\r\\n  tickTime = 1000  \\r\\n @ 4:tickTime=1000",
        "a:1 @ 1:a=1",
        "a 1 @ 1:a=1",
        "a=1 # no comment @ 1:a=1 # no comment",
        "a=b\\\\\\n   c\\nd=e @ 1:a=bc 3:d=e",
        "# no\\\\\\na=1 @ 2:a=1",
        "key @ 1:key=",
      })
  void readsLinesAsPropertiesDo(String text, String expected) {
    String real = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\\\", "\\");
    assertThat(
            ZooCfg.parse(real, "f").lines().stream()
                .map(line -> line.number() + ":" + line.key() + "=" + line.value())
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "dataDri=/x ! unknownKey ! did you mean 'dataDir'?",
        "clientport=1 ! unknownKey ! did you mean 'clientPort'?",
        "client_port=1 ! unknownKey ! did you mean 'clientPort'?",
        "sever.4=vm4:1:2 ! unknownKey ! did you mean 'server.4'?",
        "server4=vm4:1:2 ! unknownKey ! did you mean 'server.4'?",
        "Server.4=vm4:1:2 ! unknownKey ! did you mean 'server.4'?",
        "autopurge.purgeIntervall=1 ! unknownKey ! did you mean 'autopurge.purgeInterval'?",
        "4lw.command.whitelist=* ! unknownKey ! did you mean '4lw.commands.whitelist'?",
        "zookeeper.snapCount=1 ! unknownKey ! did you mean 'snapCount'?",
        "jute.maxbuffer=4194304 ! juteInFile ! ZKRUN_JAVA_OPTS=-Djute.maxbuffer=4194304",
        "tickTime=2s ! badValue ! write a whole number",
        "tickTime=0 ! badValue ! write a number above 0",
        "maxClientCnxns=60 # per host ! badValue ! write a whole number",
        "electionAlg=1 ! badValue ! write 3",
        "clientPort=70000 ! badValue ! from 1 to 65535",
        "localSessionsEnabled=yes ! badValue ! true or false",
        "peerType=leader ! badValue ! participant or observer",
        "dataLogDir= ! badValue ! absolute path",
        "maxSessionTimeout=1000 ! badValue ! raise maxSessionTimeout",
        "secureClientPortAddress=vm1 ! badValue ! secureClientPort=PORT",
        "server.4=vm4:2888 ! badServerLine ! host:peerPort:electionPort",
        "server.4=vm4 ! badServerLine ! host:peerPort:electionPort",
        "server.4= ! badServerLine ! host:peerPort:electionPort",
        "server.4=vm4:2888:x ! badServerLine ! host:peerPort:electionPort",
        "server.4=::1:2888:3888 ! badServerLine ! host:peerPort:electionPort",
        "server.4=[::1:2888:3888 ! badServerLine ! host:peerPort:electionPort",
        "server.4=vm4:2888:3888:leader ! badServerLine ! host:peerPort:electionPort",
        "server.4=vm4:2888:3888;x ! badServerLine ! host:peerPort:electionPort",
        "server.4=vm4:2888:3888;1;2 ! badServerLine ! host:peerPort:electionPort",
        "server.x=vm4:2888:3888 ! badServerLine ! host:peerPort:electionPort",
        "server.4=a:2888:3888|b:2888:3888 ! badServerLine ! multiAddress.enabled=true",
        "server.2=vm4:2888:3888 ! duplicateId ! an id of its own",
        "server.4=vm2:2888:3888 ! duplicateAddress ! its own host",
        "server.4=VM2:2889:3888 ! duplicateAddress ! its own host",
        "server.4=vm4:3888:3888 ! samePorts ! three ports",
        "server.4=vm4:2181:3888 ! samePorts ! three ports",
        "server.4=vm4:2888:3888;3888 ! samePorts ! three ports",
        "group.x=1:2 ! badValue ! group.N=ID:ID",
      })
  void findsAnError(String line, String code, String mend) {
    ZooCfg cfg =
        ZooCfg.parse(
            "server.5=vm5:2888:3888:observer\n" + BASE + THREE + line + "\n", "/etc/zoo.cfg");
    List<CfgMistake> errors = errors(cfg);
    assertThat(errors).extracting(CfgMistake::code).contains(code);
    CfgMistake first =
        errors.stream().filter(mistake -> mistake.code().equals(code)).findFirst().orElseThrow();
    assertThat(first.line()).isEqualTo(10);
    assertThat(first.text()).startsWith("/etc/zoo.cfg:10: ").contains(mend);
  }

  @Test
  void aMisspeltDataDirIsOneError() {
    String text = (BASE + THREE).replace("dataDir", "dataDri");
    assertThat(ZooCfg.parse(text, "f").mistakes())
        .extracting(CfgMistake::code)
        .containsExactly("unknownKey");
    String marked = "\ufeff" + "dataDir=/x\n" + BASE.replaceAll("dataDir.*\n", "") + THREE;
    assertThat(ZooCfg.parse(marked, "f").mistakes())
        .extracting(CfgMistake::code)
        .containsExactly("byteOrderMark");
  }

  @Test
  void whatIsMissing() {
    assertThat(ZooCfg.parse("", "f").mistakes())
        .extracting(CfgMistake::text)
        .containsExactly(
            "f: 'dataDir' is not set; without it no server starts;"
                + " add a line such as dataDir=/var/lib/zookeeper/data");
    assertThat(ZooCfg.parse("dataDir=/x\nclientPort=2181\n" + THREE, "f").mistakes())
        .extracting(CfgMistake::code)
        .containsExactly("valueUnset", "valueUnset");
    assertThat(ZooCfg.parse(BASE, "f").mistakes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server.4=vm4:2888:3888",
        "someplugin.option=1",
        "znode.container.maxPerMinute=1",
        "autopurge.snapRetainCount=1",
        "server.300=vm4:2888:3888:observer",
      })
  void warns(String line) {
    assertThat(ZooCfg.parse(BASE + THREE + line, "f").mistakes())
        .singleElement()
        .matches(mistake -> !mistake.isError())
        .matches(mistake -> mistake.line() == 9);
  }

  @Test
  void aRepeatedKey() {
    assertThat(ZooCfg.parse(BASE + THREE + "clientPort=2182\n", "f").mistakes())
        .extracting(CfgMistake::text)
        .containsExactly(
            "f:9: 'clientPort' stands in line 5 already (2181); this line holds, that one does not;"
                + " keep one of them");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "standaloneEnabled=false\nreconfigEnabled=true",
        "metricsProvider.className=org.apache.zookeeper.metrics.impl.NullMetricsProvider",
        "metricsProvider.httpPort=7000",
        "authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider",
        "ssl.quorum.keyStore.location=/k.jks\nsslQuorum=true\nportUnification=true",
        "secureClientPort=2281\nserverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
        "snapCount=10000\npreAllocSize=65536\nskipACL=no\nforceSync=yes\nfips-mode=false",
        "group.1=1:2:3\nweight.1=1\nweight.2=1\nweight.3=1",
        "peerType=observer",
        "tickTime2=",
      })
  void knowsWhatZooKeeperKnows(String lines) {
    List<CfgMistake> mistakes = ZooCfg.parse(BASE + THREE + lines, "f").mistakes();
    if (lines.equals("tickTime2=")) {
      assertThat(mistakes).isNotEmpty();
    } else {
      assertThat(mistakes).isEmpty();
    }
  }

  /** Groups may be of any size. */
  @Test
  void noWordAboutEvenNumbersInGroups() {
    assertThat(
            ZooCfg.parse(BASE + THREE + "server.4=d:2888:3888\ngroup.1=1:2:3:4\n", "f").mistakes())
        .isEmpty();
  }

  @Test
  void readsADynamicFile() throws IOException {
    Path dynamic = Files.writeString(folder.resolve("zoo.cfg.dynamic"), THREE + "bad=1\n");
    Path file =
        Files.writeString(folder.resolve("zoo.cfg"), BASE + "dynamicConfigFile=" + dynamic + "\n");
    ZooCfg cfg = ZooCfg.read(file);
    assertThat(cfg.servers().keySet()).containsExactly(1, 2, 3);
    assertThat(cfg.servers().get(1).file()).isEqualTo(dynamic.toString());
    assertThat(cfg.mistakes())
        .singleElement()
        .extracting(CfgMistake::text)
        .asString()
        .startsWith(dynamic + ":4: 'bad' may not stand in a dynamic file");
    Files.writeString(file, Files.readString(file) + THREE);
    assertThat(ZooCfg.read(file).mistakes()).hasSize(4);
  }

  @Test
  void readsBytesAsZooKeeperDoes() throws IOException {
    Path file = folder.resolve("zoo.cfg");
    byte[] text = ("dataDir=/x\n" + THREE).getBytes(StandardCharsets.UTF_8);
    byte[] marked = new byte[text.length + 3];
    marked[0] = (byte) 0xEF;
    marked[1] = (byte) 0xBB;
    marked[2] = (byte) 0xBF;
    System.arraycopy(text, 0, marked, 3, text.length);
    Files.write(file, marked);
    assertThat(ZooCfg.read(file).mistakes())
        .extracting(CfgMistake::code)
        .contains("byteOrderMark")
        .doesNotContain("dataDirUnset");
  }

  /** What ZooKeeper refuses is an error here, and what it takes is none, but for these. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "server.4=vm4:2888",
        "server.4=vm4:2888:3888 ",
        "server.4=vm4:2888:3888:observer ",
        "server.4=vm4:2888:3888;2182 ",
        "server.4 = vm4:2888:3888",
        "server.4=vm4:3888:3888",
        "server.4=[::1]:2888:3888",
        "server.4=[::1]:2888:3888:observer;2182",
        "server.4=[::1:2888:3888",
        "server.4=vm4:2888:3888:leader",
        "server.4=vm4:2888:3888;1;2",
        "server.x=vm4:2888:3888",
        "server.4=a:2888:3888|b:2888:3888",
        "group.1=1:2:3",
        "group.1=a",
        "tickTime=1s",
        "tickTime=0",
        "clientPort=2181 # x",
        "clientPort=2181   ",
        "localSessionsEnabled=yes",
        "electionAlg=0",
        "peerType=leader",
        "syncLimit=",
        "autopurge.purgeInterval=1h",
        "maxSessionTimeout=1",
        "secureClientPortAddress=127.0.0.1",
        "a=\\u12",
      })
  void agreesWithZooKeeper(String line) throws IOException {
    Path file = folder.resolve("zoo.cfg");
    Files.writeString(folder.resolve("myid"), "1\n");
    String text = BASE.replace("/var/lib/zookeeper", folder.toString()) + THREE + line + "\n";
    Files.writeString(file, text);
    Optional<String> refusal = refusal(file);
    assertThat(!errors(ZooCfg.read(file)).isEmpty())
        .as("ZooKeeper says %s, we say %s", refusal, errors(ZooCfg.read(file)))
        .isEqualTo(refusal.isPresent());
  }

  private static Optional<String> refusal(Path file) {
    try {
      new QuorumPeerConfig().parse(file.toString());
      return Optional.empty();
    } catch (QuorumPeerConfig.ConfigException e) {
      return Optional.of(String.valueOf(e.getCause() == null ? e : e.getCause()));
    }
  }

  /** Each property that ZooKeeper's own classes name is known, so that none is called unknown. */
  @Test
  void knowsEveryPropertyOfTheLibrary() throws IOException {
    Path jar =
        Path.of(QuorumPeer.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Pattern property =
        Pattern.compile("zookeeper\\.([A-Za-z0-9_.-]*[A-Za-z0-9])(?![A-Za-z0-9_./-])");
    TreeSet<String> unknown = new TreeSet<>();
    TreeSet<String> seen = new TreeSet<>();
    try (JarFile classes = new JarFile(jar.toFile())) {
      for (Enumeration<JarEntry> all = classes.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        if (!entry.getName().endsWith(".class")) {
          continue;
        }
        try (InputStream in = classes.getInputStream(entry)) {
          String bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
          for (Matcher found = property.matcher(bytes); found.find(); ) {
            seen.add(found.group(1));
            if (!isPartOfAName(bytes, found.start()) && !KnownKeys.isKnown(found.group(1))) {
              unknown.add(found.group(1));
            }
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(seen).as("names found in the jar").hasSizeGreaterThan(100);
  }

  private static boolean isPartOfAName(String bytes, int at) {
    return at > 0 && "./-_".indexOf(bytes.charAt(at - 1)) >= 0;
  }

  private static List<CfgMistake> errors(ZooCfg cfg) {
    return cfg.mistakes().stream().filter(CfgMistake::isError).toList();
  }

  /** What people see of a file: mistakes, and the text that doctor packs into a bundle. */
  @Test
  void noSecretIsToldOfAFile() {
    String text =
        """
        ssl.keyStore.password=hunter1
        ssl.keyStore.password=hunter1b
        ssl.trustStore.password hunter2
        DB_PASSWORD=\\
        hunter3
        ssl.quorum.keyStore.password=\\uhunter4
        # old: ssl.keyStore.password=hunter5
        tickTime=x
        """;
    String told =
        ZooCfg.parse(text, "zoo.cfg").mistakes().stream()
            .map(CfgMistake::text)
            .collect(java.util.stream.Collectors.joining("\n"));
    assertThat(told).contains("zoo.cfg:2", "zoo.cfg:8: tickTime=x").doesNotContain("hunter");
    String shown = CfgLine.withoutSecrets(text);
    assertThat(shown).doesNotContain("hunter").contains("\ntickTime=x\n");
    assertThat(shown.lines().skip(7).findFirst())
        .as("the lines' numbers stay")
        .contains("tickTime=x");
  }
}
