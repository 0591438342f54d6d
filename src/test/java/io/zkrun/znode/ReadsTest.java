package io.zkrun.znode;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import io.zkrun.znode.Write.Create;
import io.zkrun.znode.Write.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadsTest {
  private final VirtualTime time = new VirtualTime(3);
  private final MemoryServer server = new MemoryServer(time);
  private final VirtualLoop loop = time.loop("owner");
  private final MemoryTree tree = server.open(loop, event -> {});
  private final Reads reads = new Reads(tree, 10);

  @Test
  void readsAllInOrderAndSaysWhenDone() {
    time.settle();
    List<String> paths = IntStream.range(0, 1000).mapToObj(i -> "/n" + i).toList();
    tree.multi(
        paths.stream()
            .<Write>map(path -> new Create(path, Bytes.utf8(path), Mode.PERSISTENT))
            .toList(),
        answer -> {});
    List<String> seen = new ArrayList<>();
    List<Integer> done = new ArrayList<>();
    int[] most = {0};
    reads.getAll(
        paths.iterator(),
        (path, answer) -> {
          most[0] = Math.max(most[0], reads.pending());
          seen.add(path);
        },
        () -> done.add(seen.size()));
    time.settle();
    assertThat(seen).isEqualTo(paths);
    assertThat(done).containsExactly(1000);
    assertThat(most[0]).isLessThanOrEqualTo(10);
    assertThat(reads.pending()).isZero();
  }

  @Test
  void singleReadsWaitForTheirTurn() {
    time.settle();
    List<Failure> answers = new ArrayList<>();
    for (int i = 0; i < 35; i++) {
      reads.get("/none", answer -> answers.add(answer.failure()));
    }
    assertThat(reads.pending()).isEqualTo(35);
    time.settle();
    assertThat(answers).hasSize(35).containsOnly(Failure.NO_NODE);
  }

  @Test
  void whatWaitsIsForgottenAndWhatComesAfterwardsIsRead() {
    time.settle();
    List<String> answered = new ArrayList<>();
    for (int i = 0; i < 35; i++) {
      reads.get("/none", answer -> answered.add("before"));
    }
    reads.clear();
    assertThat(reads.pending()).isEqualTo(10);
    for (int i = 0; i < 15; i++) {
      reads.get("/none", answer -> answered.add("after"));
    }
    time.settle();
    assertThat(answered.stream().filter("before"::equals)).hasSize(10);
    assertThat(answered.stream().filter("after"::equals)).hasSize(15);
    assertThat(reads.pending()).isZero();
  }
}
