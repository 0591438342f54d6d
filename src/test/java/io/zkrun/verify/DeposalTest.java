package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.verify.Deposal.Deposed;
import io.zkrun.verify.Leadership.Deletion;
import io.zkrun.verify.Leadership.Leader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeposalTest {
  private static final Leader FIRST = new Leader(11, 1);
  private static final Leader SECOND = new Leader(12, 2);

  private final FakeTime time = new FakeTime();
  private final Queue<Deletion> answers = new ArrayDeque<>();
  private final List<Leader> tried = new ArrayList<>();
  private @Nullable Leader leads = FIRST;

  /** Who leads once an attempt has been answered and some time has passed. */
  private @Nullable Leader then;

  private final Deposal deposal =
      new Deposal(
          new Deposal.Seat() {
            @Override
            public @Nullable Leader atWork() {
              return leads;
            }

            @Override
            public Deletion delete(Leader leader) {
              tried.add(leader);
              return answers.size() > 1 ? answers.remove() : answers.element();
            }

            @Override
            public @Nullable Leader awaitAfter(int epoch, long millis) {
              leads = then;
              boolean later = leads != null && leads.epoch() > epoch;
              time.sleep(later ? 0 : millis);
              return later ? leads : null;
            }
          },
          new Polling(50, time));

  private @Nullable Deposed await() throws Exception {
    return deposal.await(60_000);
  }

  @Test
  void oneAttemptThatIsDoneIsEnough() throws Exception {
    answers.add(Deletion.DONE);
    assertThat(await()).isEqualTo(new Deposed(FIRST, 0));
    assertThat(tried).containsExactly(FIRST);
  }

  @Test
  void anUnknownAnswerWasDoneIfAnotherLeadsSince() throws Exception {
    answers.add(Deletion.UNKNOWN);
    then = SECOND;
    assertThat(await()).isEqualTo(new Deposed(FIRST, 0));
    assertThat(tried).containsExactly(FIRST);
  }

  @Test
  void anUnknownAnswerIsTriedAgainWhileTheSameOneLeads() throws Exception {
    answers.addAll(List.of(Deletion.UNKNOWN, Deletion.DONE));
    then = FIRST;
    Deposed deposed = await();
    assertThat(tried).containsExactly(FIRST, FIRST);
    assertThat(deposed).isEqualTo(new Deposed(FIRST, time.nanos()));
  }

  /** The second attempt meets what the first has done. */
  @Test
  void aRefusalAfterAnUnknownAnswerWasDoneIfAnotherLeadsSince() throws Exception {
    answers.addAll(List.of(Deletion.UNKNOWN, Deletion.REFUSED));
    then = FIRST;
    leads = FIRST;
    Deposal.Deposed first = deposal.await(0);
    assertThat(first).isNull();
    then = SECOND;
    assertThat(await()).isEqualTo(new Deposed(FIRST, 0));
    assertThat(tried).containsExactly(FIRST, FIRST);
  }

  /** Whom we took for the leader had been replaced before, by another fault. */
  @Test
  void aRefusalAloneIsTriedAgainAtTheNextLeader() throws Exception {
    answers.addAll(List.of(Deletion.REFUSED, Deletion.DONE));
    then = SECOND;
    Deposed deposed = await();
    assertThat(tried).containsExactly(FIRST, SECOND);
    assertThat(deposed).isEqualTo(new Deposed(SECOND, time.nanos()));
  }

  @Test
  void aLateTakeoverCountsToo() throws Exception {
    answers.add(Deletion.UNKNOWN);
    then = null;
    assertThat(deposal.await(5_000)).isNull();
    assertThat(tried).containsExactly(FIRST);
    leads = SECOND;
    assertThat(await()).isEqualTo(new Deposed(FIRST, 0));
    assertThat(tried).containsExactly(FIRST);
  }

  @Test
  void itIsGivenUpAfterItsPatience() throws Exception {
    answers.add(Deletion.REFUSED);
    then = FIRST;
    assertThat(await()).isNull();
    assertThat(time.millis()).isBetween(60_000L, 64_000L);
    leads = null;
    assertThat(await()).isNull();
  }
}
