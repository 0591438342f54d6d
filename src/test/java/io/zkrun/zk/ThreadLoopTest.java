package io.zkrun.zk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.znode.Loop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ThreadLoopTest {
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  private final List<Integer> ran = new CopyOnWriteArrayList<>();
  private final ThreadLoop loop = new ThreadLoop("test", uncaught::add);

  @AfterEach
  void close() {
    loop.close();
  }

  @RepeatedTest(20)
  void runsInTheOrderOfHandingOver() {
    IntStream.range(0, 1000).forEach(i -> loop.execute(() -> ran.add(i)));
    await().until(() -> ran.size() == 1000);
    assertThat(ran).isSorted();
  }

  @RepeatedTest(20)
  void runsTimersByTheirTimeAndNotWhenCancelled() {
    loop.after(30, () -> ran.add(3));
    Loop.Timer cancelled = loop.after(15, () -> ran.add(2));
    loop.after(1, () -> ran.add(1));
    cancelled.cancel();
    await().until(() -> ran.contains(3));
    assertThat(ran).containsExactly(1, 3);
  }

  @Test
  void tellsOfAnUncaughtExceptionAndGoesOn() {
    loop.execute(
        () -> {
          throw new IllegalStateException("on purpose");
        });
    loop.execute(() -> ran.add(1));
    await().until(() -> ran.size() == 1);
    assertThat(uncaught).singleElement().isInstanceOf(IllegalStateException.class);
  }

  @Test
  void bootTimeIsThatOfTheMachine() {
    long before = loop.bootMillis();
    assertThat(before).isPositive();
    assertThat(loop.bootMillis()).isGreaterThanOrEqualTo(before);
  }
}
