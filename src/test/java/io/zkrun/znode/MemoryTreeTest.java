package io.zkrun.znode;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

class MemoryTreeTest extends TreeContract {
  private final VirtualTime time = new VirtualTime(1);
  private final MemoryServer server = new MemoryServer(time);
  private final VirtualLoop loop = time.loop("owner");

  @Override
  protected Tree open(List<Object> seen) {
    Tree tree = server.open(loop, seen::add);
    time.settle();
    return tree;
  }

  @Override
  protected <T> Answer<T> ask(Consumer<Consumer<Answer<T>>> request) {
    List<Answer<T>> answers = new ArrayList<>();
    loop.execute(() -> request.accept(answers::add));
    time.settle();
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }
}
