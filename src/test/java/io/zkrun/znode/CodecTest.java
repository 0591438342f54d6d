package io.zkrun.znode;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.NotReady;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.OutputMeasure;
import io.zkrun.core.Result;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.WorkerInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
  private static Bytes payload(String name) throws IOException {
    try (InputStream in = CodecTest.class.getResourceAsStream("/payloads/v1/" + name)) {
      assertThat(in).isNotNull();
      return Bytes.of(in.readAllBytes());
    }
  }

  @Test
  void aStatusOfTheFirstVersionIsRead() throws IOException {
    Result result = ResultNode.decode(payload("status.json"));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.attempt()).isEqualTo(2);
    assertThat(result.stdout().kept()).isEqualTo(Bytes.utf8("hello\n"));
    assertThat(result.stderr().kept()).isEqualTo(Bytes.of(new byte[] {(byte) 0xff}));
  }

  @Test
  void aStatusWrittenByHandIsATaskThatEnded() {
    Result result = ResultNode.decode(Bytes.utf8("done"));
    assertThat(result.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(result.stdout().kept()).isEqualTo(Bytes.utf8("done"));
  }

  @Test
  void plainTextIsACommandAndSoIsAShellGroup() {
    for (String line : new String[] {"echo hello", "{ echo a; }"}) {
      assertThat(TaskNode.decode(Bytes.utf8(line)))
          .isEqualTo(new TaskNode.Spec(TaskSpec.of(Command.shell(line))));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"cmd\":",
        "{\"cmd\":\"true\",\"colour\":1}",
        "{\"cmd\":\"true\",\"retries\":\"2\"}",
        "{\"cmd\":\"true\",\"retries\":-1}"
      })
  void aBrokenSpecIsRejected(String data) {
    assertThat(TaskNode.decode(Bytes.utf8(data))).isInstanceOf(TaskNode.Rejected.class);
  }

  @Test
  void aCutOutputFitsAndCutsNoCharacter() {
    String[] alphabet = {"a", "\n", "\"", "é", "€", "𝄞", "\u0001"};
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(400); i >= 0; i--) {
        text.append(alphabet[random.nextInt(alphabet.length)]);
      }
      int limit = 16 + random.nextInt(300);
      Bytes all = Bytes.utf8(text.toString());
      Output cut = OutputMeasure.fit(new Output(all, all.length(), false, null), limit);
      String json = String.valueOf(OutputCodec.toJson(cut).get("text"));
      int encoded = Json.encode(java.util.Map.of("t", json)).length() - "{\"t\":\"\"}".length();
      assertThat(encoded).as("seed %s", seed).isLessThanOrEqualTo(limit);
      assertThat(OutputCodec.fromJson(OutputCodec.toJson(cut))).as("seed %s", seed).isEqualTo(cut);
      assertThat(cut.bytes()).isEqualTo(Bytes.utf8(text.toString()).length());
    }
  }

  @Test
  void aWorkerThatTakesNothingSaysWhyAndIsReadWhateverIsThere() {
    WorkerInfo info =
        new WorkerInfo("vm1", 1, 4, Map.of(), "s", "b", "1")
            .withNotReady(new NotReady("spoolFull", "the disk of the spool /s is full"));
    assertThat(WorkerNode.encode(info))
        .isEqualTo(
            Bytes.utf8(
                "{\"host\":\"vm1\",\"pid\":1,\"slots\":4,\"labels\":{},\"spoolId\":\"s\",\"bootId\":\"b\","
                    + "\"version\":\"1\",\"notReady\":{\"code\":\"spoolFull\",\"message\":\"the disk of"
                    + " the spool /s is full\"}}"));
    assertThat(WorkerNode.decode(WorkerNode.encode(info))).isEqualTo(info);
    assertThat(WorkerNode.decode(Bytes.utf8("{\"notReady\":true}")).notReady()).isNull();
    String long1 = "x".repeat(1_000_000);
    NotReady cut =
        WorkerNode.decode(Bytes.utf8("{\"notReady\":{\"message\":\"" + long1 + "\"}}")).notReady();
    assertThat(cut.message()).hasSizeLessThan(1_100);
  }

  @Test
  void numbersThatAPersonWritesStayInTheirBounds() {
    assertThat(WorkerNode.decode(Bytes.utf8("{\"slots\":2147483648}")).slots()).isEqualTo(10_000);
    assertThat(WorkerNode.decode(Bytes.utf8("{\"slots\":-1}")).slots()).isZero();
    assertThat(AssignmentNode.decode(Bytes.utf8("{\"attempt\":4294967297}")).attempt()).isZero();
  }

  @Test
  void whatHostsAndVersionsMayHoldIsShownOnOneShortLine() {
    Bytes hostile =
        Bytes.utf8(
            "{\"host\":\"vm1\\n\\u001b[31m" + "x".repeat(9_000) + "\",\"version\":\"1\\r2\"}");
    for (String host :
        new String[] {WorkerNode.decode(hostile).host(), MasterNode.decode(hostile).host()}) {
      assertThat(host).startsWith("vm1\\n\\x1b[31mx").hasSizeLessThan(1_100);
    }
    assertThat(WorkerNode.decode(hostile).version()).isEqualTo("1\\r2");
    assertThat(MasterNode.decode(hostile).version()).isEqualTo("1\\r2");
  }
}
