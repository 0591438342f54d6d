package io.zkrun.znode;

import io.zkrun.znode.Write.Check;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: while one multi is in flight, collects what is ready, and then sends it as one.
 * Idle, it waits for nothing; under load it batches by itself. Groups are sent in the order in
 * which they were submitted, and every group is answered exactly once, never from within {@link
 * #submit}. All calls and callbacks belong to the owner's {@link Loop}.
 *
 * <ul>
 *   <li>Every multi begins with the header: the checks of the writer's right to write. It is asked
 *       for just before each sending, so whoever supplies it may note the time there: all groups
 *       that are answered before it is asked again were sent then. When a header check fails, every
 *       group is answered {@link Failure#FENCED} and nothing more is sent until {@link #reset}.
 *   <li>When a member of a group fails, that group alone gets the failure, its index counted within
 *       the group; the others are sent again at once, and in halves after two failures.
 *   <li>When the connection is lost, the groups in flight are answered {@link
 *       Failure#CONNECTION_LOSS}, and nothing more is sent until {@link #resume} (the rest stays
 *       queued) or {@link #reset}: first the owner is connected again, has synced, and knows what
 *       happened.
 *   <li>A request that is too large is not answered but cuts the connection. So a group that is
 *       submitted again under the same key after a loss is remembered: after three losses in a row
 *       its batch is halved, and after three losses alone it is answered {@link Failure#TOO_LARGE}.
 *   <li>When the session has expired, all groups are answered {@link Failure#SESSION_EXPIRED}.
 * </ul>
 */
public final class Batcher {
  /** The most that one group may need, in bytes of the encoded request. */
  public static final int GROUP_BYTES_MAX = 1_000_000;

  /** As many losses in a row make a request suspect. */
  private static final int LOSSES_MAX = 3;

  private static final int SUSPECTS_MAX = 10_000;

  /**
   * How much goes into one multi; a single group always does.
   *
   * @param members writes, without the header
   * @param bytes of the encoded request
   */
  public record Limits(int members, int bytes) {
    public static final Limits DEFAULT = new Limits(200, 512 * 1024);
  }

  /**
   * Writes that happen together or not at all.
   *
   * @param key names what is written, so that it is known again when it is submitted again after a
   *     lost connection; null where that never happens
   * @param writes may be empty: then the header alone is committed
   * @param then hears how it went
   */
  public record Group(
      @Nullable String key, List<Write> writes, Consumer<Answer<List<Written>>> then) {
    public Group {
      writes = List.copyOf(writes);
    }
  }

  private enum State {
    OPEN,
    LOST,
    FENCED
  }

  /** Groups that are sent together; {@code failures} counts how often it has failed so far. */
  private record Batch(List<Group> groups, int failures) {}

  /** A key whose sending lost the connection; {@code together}: at most as many groups at once. */
  private record Suspect(int losses, int together) {}

  private final Tree tree;
  private final Loop loop;
  private final Supplier<List<Check>> header;
  private final Runnable onFenced;
  private final Limits limits;
  private final Deque<Group> queue = new ArrayDeque<>();
  private final Deque<Batch> again = new ArrayDeque<>();
  private final Map<String, Suspect> suspects = new LinkedHashMap<>();
  private State state = State.OPEN;
  private boolean busy;
  private long generation;

  /**
   * @param header the checks that every multi begins with, asked for just before each sending
   * @param onFenced called once when one of them has failed, before the groups are answered
   */
  public Batcher(
      Tree tree, Loop loop, Supplier<List<Check>> header, Runnable onFenced, Limits limits) {
    this.tree = tree;
    this.loop = loop;
    this.header = header;
    this.onFenced = onFenced;
    this.limits = limits;
  }

  /** Sends {@code group} as soon as the one in flight is answered. */
  public void submit(Group group) {
    int bytes = RequestSize.of(group.writes());
    if (bytes > GROUP_BYTES_MAX) {
      String message = "needs " + bytes + " bytes; at most " + GROUP_BYTES_MAX + " fit a request";
      loop.execute(() -> fail(group, Failure.TOO_LARGE, -1, message));
    } else if (state == State.FENCED) {
      loop.execute(() -> fail(group, Failure.FENCED, -1, "lost the right to write"));
    } else {
      queue.add(group);
      pump();
    }
  }

  /** Goes on after a lost connection. */
  public void resume() {
    if (state == State.LOST) {
      state = State.OPEN;
      pump();
    }
  }

  /**
   * Starts anew after a fence or a lost connection: forgets what is queued or in flight, without an
   * answer. What is suspect stays so: whoever decides the same again would cut the connection
   * again, for ever.
   */
  public void reset() {
    queue.clear();
    again.clear();
    state = State.OPEN;
    busy = false;
    generation++;
  }

  /** True when nothing is queued or in flight. */
  public boolean isIdle() {
    return !busy && queue.isEmpty() && again.isEmpty();
  }

  private void pump() {
    if (busy || state != State.OPEN) {
      return;
    }
    Batch batch = again.poll();
    if (batch == null && !queue.isEmpty()) {
      batch = new Batch(collect(), 0);
    }
    if (batch != null) {
      send(batch);
    }
  }

  private List<Group> collect() {
    List<Group> groups = new ArrayList<>();
    int members = 0;
    int bytes = 0;
    int together = Integer.MAX_VALUE;
    for (Group next = queue.peek(); next != null; next = queue.peek()) {
      members += next.writes().size();
      bytes += RequestSize.of(next.writes());
      together = Math.min(together, together(next));
      boolean fits =
          members <= limits.members() && bytes <= limits.bytes() && groups.size() < together;
      if (!groups.isEmpty() && !fits) {
        break;
      }
      groups.add(queue.remove());
    }
    return groups;
  }

  private int together(Group group) {
    Suspect suspect = group.key() == null ? null : suspects.get(group.key());
    return suspect == null ? Integer.MAX_VALUE : suspect.together();
  }

  private void send(Batch batch) {
    busy = true;
    List<Check> checks = header.get();
    List<Write> writes = new ArrayList<>(checks);
    batch.groups().forEach(group -> writes.addAll(group.writes()));
    long sent = generation;
    tree.multi(
        writes,
        answer -> {
          if (sent == generation) {
            answered(batch, checks.size(), answer);
            next(sent);
          }
        });
  }

  private void next(long sent) {
    if (sent == generation) {
      busy = false;
      pump();
    }
  }

  private void answered(Batch batch, int headerSize, Answer<List<Written>> answer) {
    if (answer instanceof Answer.Ok<List<Written>> ok) {
      committed(batch, ok.value(), headerSize);
    } else if (answer instanceof Answer.Failed<List<Written>> failed) {
      switch (failed.failure()) {
        case CONNECTION_LOSS -> lost(batch, failed.message());
        case SESSION_EXPIRED -> end(batch, Failure.SESSION_EXPIRED, failed.message());
        default -> {
          if (failed.member() >= 0 && failed.member() < headerSize) {
            fenced(batch, failed.message());
          } else {
            refused(batch, failed.member() - headerSize, failed);
          }
        }
      }
    }
  }

  private void committed(Batch batch, List<Written> written, int headerSize) {
    int from = headerSize;
    for (Group group : batch.groups()) {
      int to = from + group.writes().size();
      forget(group);
      group.then().accept(new Answer.Ok<>(List.copyOf(written.subList(from, to))));
      from = to;
    }
  }

  private void fenced(Batch batch, String message) {
    state = State.FENCED;
    long before = generation;
    onFenced.run();
    if (before == generation) {
      end(batch, Failure.FENCED, message);
    } else {
      batch.groups().forEach(group -> fail(group, Failure.FENCED, -1, message));
    }
  }

  /** Answers everything that was submitted so far. */
  private void end(Batch batch, Failure failure, String message) {
    List<Group> all = new ArrayList<>(batch.groups());
    again.forEach(each -> all.addAll(each.groups()));
    all.addAll(queue);
    again.clear();
    queue.clear();
    all.forEach(group -> fail(group, failure, -1, message));
  }

  private void lost(Batch batch, String message) {
    state = State.LOST;
    for (Group group : batch.groups()) {
      if (isPoison(group, batch.groups().size())) {
        fail(group, Failure.TOO_LARGE, -1, "lost the connection " + LOSSES_MAX + " times, alone");
      } else {
        // Still suspect, so not by fail().
        group.then().accept(new Answer.Failed<>(Failure.CONNECTION_LOSS, -1, message));
      }
    }
  }

  private boolean isPoison(Group group, int together) {
    if (group.key() == null) {
      return false;
    }
    Suspect before = suspects.get(group.key());
    int losses = before == null ? 1 : before.losses() + 1;
    int atMost = before == null ? Integer.MAX_VALUE : before.together();
    if (losses >= LOSSES_MAX && together == 1) {
      return true;
    }
    suspects.put(
        group.key(),
        losses >= LOSSES_MAX ? new Suspect(0, together / 2) : new Suspect(losses, atMost));
    if (suspects.size() > SUSPECTS_MAX) {
      suspects.remove(suspects.keySet().iterator().next());
    }
    return false;
  }

  /** One member, counted from the first group's first, was refused; -1: not known which. */
  private void refused(Batch batch, int member, Answer.Failed<List<Written>> failed) {
    List<Group> rest = new ArrayList<>(batch.groups());
    int failures = batch.failures() + 1;
    @Nullable Group culprit = null;
    int index = member;
    if (rest.size() == 1) {
      culprit = rest.remove(0);
    } else if (member >= 0) {
      int at = 0;
      while (index >= rest.get(at).writes().size()) {
        index -= rest.get(at).writes().size();
        at++;
      }
      culprit = rest.remove(at);
    } else {
      failures = Math.max(failures, 2);
    }
    sendAgain(rest, failures);
    if (culprit != null) {
      fail(culprit, failed.failure(), Math.max(index, -1), failed.message());
    }
  }

  private void sendAgain(List<Group> groups, int failures) {
    if (groups.size() > 1 && failures >= 2) {
      int half = groups.size() / 2;
      again.addFirst(new Batch(List.copyOf(groups.subList(half, groups.size())), failures));
      again.addFirst(new Batch(List.copyOf(groups.subList(0, half)), failures));
    } else if (!groups.isEmpty()) {
      again.addFirst(new Batch(List.copyOf(groups), failures));
    }
  }

  private void fail(Group group, Failure failure, int member, String message) {
    forget(group);
    group.then().accept(new Answer.Failed<>(failure, member, message));
  }

  private void forget(Group group) {
    if (group.key() != null) {
      suspects.remove(group.key());
    }
  }
}
