package io.zkrun.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.fleet.Fleet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each thing that keeps a server from starting, made for real, is one error. */
class PreflightTest {
  @TempDir Path dir;

  private Path data;
  private Path log;
  private String text;

  @BeforeEach
  void make() throws IOException {
    data = Files.createDirectory(dir.resolve("data"));
    log = Files.createDirectory(dir.resolve("log"));
    Files.writeString(data.resolve("myid"), "1\n");
    text =
        "initLimit=30\nsyncLimit=5\ndataDir="
            + data
            + "\ndataLogDir="
            + log
            + "\nclientPort="
            + Fleet.freePort()
            + "\nserver.1=127.0.0.1:"
            + Fleet.freePort()
            + ":"
            + Fleet.freePort()
            + "\nserver.2=192.0.2.77:2888:3888\nserver.3=192.0.2.78:2888:3888\n"
            + "quorumListenOnAllIPs=true\n";
  }

  @AfterEach
  void clean() {
    System.clearProperty("jute.maxbuffer");
  }

  private List<String> errors() {
    return Preflight.check(ZooCfg.parse(text, "zoo.cfg")).stream()
        .filter(CfgMistake::isError)
        .map(error -> error.code() + " " + error.text())
        .toList();
  }

  private void assertOneError(String code, String... words) {
    assertThat(errors()).singleElement().asString().startsWith(code + " zoo.cfg:").contains(words);
  }

  @Test
  void nothing() {
    assertThat(errors()).isEmpty();
    assertThat(Preflight.check(ZooCfg.parse(text, "zoo.cfg")))
        .extracting(CfgMistake::code)
        .containsOnly("dataDirInTmp");
  }

  @Test
  void aMissingFolder() throws IOException {
    Files.delete(log);
    assertOneError("dataDirMissing", "zoo.cfg:4: ", log + " does not exist");
    Files.writeString(log, "");
    assertOneError("dataDirMissing", log + " is a file");
  }

  @ParameterizedTest
  @CsvSource({
    "'',myidEmpty,is empty",
    "'\n1',myidEmpty,is empty",
    "one,myidNotNumber,'one'",
    "1 2,myidNotNumber,'1 2'",
    "-1,myidNotNumber,'-1'",
    "7,myidMismatch,holds 7",
  })
  void aBadMyid(String content, String code, String said) throws IOException {
    Files.writeString(data.resolve("myid"), content);
    assertOneError(code, data.resolve("myid").toString(), said);
  }

  @Test
  void noMyid() throws IOException {
    Files.delete(data.resolve("myid"));
    assertOneError("myidMissing", "echo N >" + data.resolve("myid"), "[1, 2, 3]");
    text = text.replaceAll("server.*\n", "");
    assertThat(errors()).as("one that serves alone needs none").isEmpty();
  }

  @Test
  void anAddressOfOthers() throws IOException {
    Files.writeString(data.resolve("myid"), "2");
    text = text.replace("quorumListenOnAllIPs=true", "quorumListenOnAllIPs=false");
    assertOneError("addressNotHere", "'192.0.2.77' of server.2", "myid (2)");
  }

  @Test
  void loopbackAlone() {
    text = text.replace("quorumListenOnAllIPs=true", "quorumListenOnAllIPs=false");
    assertOneError("addressLoopback", "127.0.0.1", "add quorumListenOnAllIPs=true");
    text = text.replace("192.0.2.77", "127.0.0.2").replace("192.0.2.78", "127.0.0.3");
    assertThat(errors()).as("all on one host").isEmpty();
  }

  @Test
  void aNameWithoutAddress() {
    text = text.replace("127.0.0.1", "no-such-host.invalid");
    assertOneError("nameNotResolved", "'no-such-host.invalid' of server.1", "/etc/hosts");
  }

  @Test
  void aTakenPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      text = text.replaceAll("clientPort=\\d+", "clientPort=" + socket.getLocalPort());
      assertOneError(
          "portTaken",
          "zoo.cfg:5: the client port " + socket.getLocalPort(),
          "pid " + ProcessHandle.current().pid());
    }
  }

  @Test
  void noClientPort() {
    text = text.replaceAll("clientPort=\\d+\n", "");
    assertThat(errors()).singleElement().asString().contains("'clientPort' is not set");
  }

  @Test
  void aBufferWithAUnit() {
    System.setProperty("jute.maxbuffer", "4MB");
    assertThat(errors()).singleElement().asString().contains("-Djute.maxbuffer=4MB");
    System.setProperty("jute.maxbuffer", "4194304");
    assertThat(errors()).isEmpty();
  }

  @Test
  void allAtOnce() throws IOException {
    Files.delete(data.resolve("myid"));
    Files.delete(log);
    text += "dataDri=/x\nserver.3=a:1\n";
    assertThat(errors())
        .extracting(error -> error.split(" ")[0])
        .containsExactly("myidMissing", "dataDirMissing", "unknownKey", "badServerLine");
  }
}
