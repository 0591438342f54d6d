package io.zkrun.znode;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.znode.TreeEvent.Changed;
import io.zkrun.znode.TreeEvent.Kind;
import io.zkrun.znode.Write.Check;
import io.zkrun.znode.Write.Create;
import io.zkrun.znode.Write.Delete;
import io.zkrun.znode.Write.Mode;
import io.zkrun.znode.Write.SetData;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What every {@link Tree} does: ZooKeeper's own, and the one in memory that stands for it. */
public abstract class TreeContract {
  private static final String UNKNOWN = "/none";

  /** A new session, connected, on a tree that is empty when the test begins. */
  protected abstract Tree open(List<Object> seen);

  /** Runs {@code request} on the loop and returns what it was answered. */
  protected abstract <T> Answer<T> ask(Consumer<Consumer<Answer<T>>> request);

  /** Lets everything arrive that is on its way to {@code tree}. */
  protected final void settle(Tree tree) {
    assertThat(this.<Void>ask(tree::sync).failure()).isNull();
  }

  private final List<Object> seen = new ArrayList<>();

  private static Create create(String path, String data) {
    return new Create(path, Bytes.utf8(data), Mode.PERSISTENT);
  }

  private Answer<List<Written>> multi(Tree tree, Write... writes) {
    return ask(then -> tree.multi(List.of(writes), then));
  }

  private List<Written> commit(Tree tree, Write... writes) {
    return value(multi(tree, writes));
  }

  private Answer<Node> tryGet(Tree tree, String path) {
    return ask(then -> tree.get(path, then));
  }

  private Answer<Children> tryChildren(Tree tree, String path) {
    return ask(then -> tree.children(path, then));
  }

  private void watch(Tree tree, String path, boolean recursive) {
    assertThat(this.<Void>ask(then -> tree.watch(path, recursive, then)).failure()).isNull();
  }

  private Node get(Tree tree, String path) {
    return value(tryGet(tree, path));
  }

  private Children children(Tree tree, String path) {
    return value(tryChildren(tree, path));
  }

  private static <T> T value(Answer<T> answer) {
    assertThat(answer).isInstanceOf(Answer.Ok.class);
    return ((Answer.Ok<T>) answer).value();
  }

  private static void assertFailed(Answer<?> answer, Failure failure, int member) {
    assertThat(answer).isInstanceOf(Answer.Failed.class);
    assertThat(answer.failure()).isEqualTo(failure);
    assertThat(((Answer.Failed<?>) answer).member()).isEqualTo(member);
  }

  @Test
  void readsWhatWasWritten() {
    Tree tree = open(seen);
    assertThat(commit(tree, create("/a", "one"))).containsExactly(new Written("/a", 0));
    Node node = get(tree, "/a");
    assertThat(node.data()).isEqualTo(Bytes.utf8("one"));
    assertThat(node.stat().version()).isZero();
    assertThat(node.stat().czxid()).isPositive().isEqualTo(node.stat().mzxid());
    assertThat(commit(tree, new SetData("/a", Bytes.utf8("two"), 0)))
        .containsExactly(new Written("/a", 1));
    Node changed = get(tree, "/a");
    assertThat(changed.stat().version()).isOne();
    assertThat(changed.stat().czxid()).isEqualTo(node.stat().czxid());
    assertThat(changed.stat().mzxid()).isGreaterThan(node.stat().czxid());
    assertThat(commit(tree, new Delete("/a", 1))).containsExactly(new Written("/a", -1));
    assertFailed(tryGet(tree, "/a"), Failure.NO_NODE, -1);
  }

  @Test
  void namesThatComeBackHaveAnotherIdentity() {
    Tree tree = open(seen);
    commit(tree, create("/a", ""));
    long first = get(tree, "/a").stat().czxid();
    commit(tree, new Delete("/a", Write.ANY_VERSION));
    commit(tree, create("/a", ""));
    assertThat(get(tree, "/a").stat().czxid()).isGreaterThan(first);
  }

  @Test
  void listsChildrenSorted() {
    Tree tree = open(seen);
    commit(tree, create("/a", ""), create("/a/z", ""), create("/a/b", ""), create("/a/b/c", ""));
    Children children = children(tree, "/a");
    assertThat(children.names()).containsExactly("b", "z");
    assertThat(children.stat().children()).isEqualTo(2);
    assertThat(children.stat().cversion()).isEqualTo(2);
    assertFailed(tryChildren(tree, UNKNOWN), Failure.NO_NODE, -1);
  }

  @Test
  void multiCommitsAllOrNothingAndNamesTheFirstFailure() {
    Tree tree = open(seen);
    commit(tree, create("/a", ""));
    assertFailed(
        multi(tree, create("/b", ""), new Check("/a", 0), create("/a", ""), new Check("/none", 0)),
        Failure.NODE_EXISTS,
        2);
    assertFailed(tryGet(tree, "/b"), Failure.NO_NODE, -1);
    assertFailed(multi(tree, new Check("/a", 7)), Failure.BAD_VERSION, 0);
    assertFailed(multi(tree, new Check(UNKNOWN, 0)), Failure.NO_NODE, 0);
    assertFailed(
        multi(tree, create("/b", ""), new SetData("/a", Bytes.EMPTY, 3)), Failure.BAD_VERSION, 1);
    assertFailed(multi(tree, new SetData(UNKNOWN, Bytes.EMPTY, -1)), Failure.NO_NODE, 0);
    assertFailed(multi(tree, new Delete("/a", 3)), Failure.BAD_VERSION, 0);
    assertFailed(multi(tree, new Delete(UNKNOWN, -1)), Failure.NO_NODE, 0);
    assertFailed(multi(tree, create(UNKNOWN + "/x", "")), Failure.NO_NODE, 0);
  }

  @Test
  void membersSeeWhatThoseBeforeThemDid() {
    Tree tree = open(seen);
    assertThat(
            commit(
                tree,
                create("/a", "1"),
                create("/a/b", ""),
                new SetData("/a", Bytes.utf8("2"), 0),
                new Check("/a", 1),
                new Delete("/a/b", 0)))
        .extracting(Written::version)
        .containsExactly(0, 0, 1, -1, -1);
    assertThat(commit(tree, new Delete("/a", 1), create("/a", "new"))).hasSize(2);
    assertThat(get(tree, "/a").stat().version()).isZero();
  }

  @Test
  void refusesToDeleteWhatHasChildren() {
    Tree tree = open(seen);
    commit(tree, create("/a", ""), create("/a/b", ""));
    assertFailed(multi(tree, new Delete("/a", -1)), Failure.NOT_EMPTY, 0);
    assertThat(commit(tree, new Delete("/a/b", -1), new Delete("/a", -1))).hasSize(2);
  }

  @Test
  void numbersSequentialNodesByTheirParentsCreations() {
    Tree tree = open(seen);
    commit(tree, create("/t", ""), create("/t/other", ""));
    Create next = new Create("/t/task-", Bytes.EMPTY, Mode.PERSISTENT_SEQUENTIAL);
    assertThat(commit(tree, next, next))
        .extracting(Written::path)
        .containsExactly("/t/task-0000000001", "/t/task-0000000002");
    commit(tree, new Delete("/t/other", -1), new Delete("/t/task-0000000001", -1));
    String path = commit(tree, next).get(0).path();
    // Deletions count in the parent's cversion, but the number stays that of creations.
    assertThat(path).isEqualTo("/t/task-0000000003");
    assertThat(children(tree, "/t").stat().cversion()).isEqualTo(6);
  }

  @Test
  void sequentialCreateFailsWhereTheNextNameStands() {
    Tree tree = open(seen);
    commit(tree, create("/t", ""), create("/t/task-0000000001", ""));
    Create next = new Create("/t/task-", Bytes.EMPTY, Mode.PERSISTENT_SEQUENTIAL);
    assertFailed(multi(tree, next), Failure.NODE_EXISTS, 0);
    assertFailed(multi(tree, next), Failure.NODE_EXISTS, 0);
    commit(tree, create("/t/scratch", ""), new Delete("/t/scratch", -1));
    assertThat(commit(tree, next).get(0).path()).isEqualTo("/t/task-0000000002");
  }

  @Test
  void ephemeralNodesEndWithTheirSession() throws Exception {
    Tree watcher = open(seen);
    Tree owner = open(new ArrayList<>());
    Create ephemeral = new Create("/e", Bytes.EMPTY, Mode.EPHEMERAL);
    commit(owner, ephemeral);
    assertThat(get(watcher, "/e").stat().ephemeralOwner()).isNotZero();
    assertFailed(multi(owner, create("/e/x", "")), Failure.NO_CHILDREN_FOR_EPHEMERALS, 0);
    watch(watcher, "/e", false);
    owner.close();
    awaitSeen(watcher, new Changed(Kind.DELETED, "/e"));
    assertFailed(tryGet(watcher, "/e"), Failure.NO_NODE, -1);
  }

  @Test
  void recursiveWatchNamesEveryPathInOrderOnceAndNoChildren() {
    Tree tree = open(seen);
    watch(tree, "/w", true);
    commit(tree, create("/w", ""), create("/w/a", ""));
    commit(tree, new SetData("/w/a", Bytes.EMPTY, -1));
    commit(tree, create("/w/a/b", ""), new Delete("/w/a/b", -1), new Delete("/w/a", -1));
    commit(tree, create("/wx", ""));
    settle(tree);
    assertThat(changes())
        .containsExactly(
            new Changed(Kind.CREATED, "/w"),
            new Changed(Kind.CREATED, "/w/a"),
            new Changed(Kind.DATA, "/w/a"),
            new Changed(Kind.CREATED, "/w/a/b"),
            new Changed(Kind.DELETED, "/w/a/b"),
            new Changed(Kind.DELETED, "/w/a"));
  }

  @Test
  void plainWatchTellsOfTheNodeAndItsChildren() {
    Tree tree = open(seen);
    watch(tree, "/p", false);
    commit(tree, create("/p", ""));
    commit(tree, create("/p/a", ""));
    commit(tree, new SetData("/p/a", Bytes.EMPTY, -1));
    commit(tree, new SetData("/p", Bytes.EMPTY, -1));
    commit(tree, new Delete("/p/a", -1));
    commit(tree, new Delete("/p", -1));
    settle(tree);
    assertThat(changes())
        .containsExactly(
            new Changed(Kind.CREATED, "/p"),
            new Changed(Kind.CHILDREN, "/p"),
            new Changed(Kind.DATA, "/p"),
            new Changed(Kind.CHILDREN, "/p"),
            new Changed(Kind.DELETED, "/p"));
  }

  @Test
  void eventsComeBeforeTheAnswerThatHasSeenTheChange() {
    Tree tree = open(seen);
    Tree other = open(new ArrayList<>());
    watch(tree, "/s", true);
    commit(other, create("/s", "x"));
    settle(tree);
    get(tree, "/s");
    assertThat(changes()).containsExactly(new Changed(Kind.CREATED, "/s"));
  }

  @Test
  void unwatchEndsTheEvents() {
    Tree tree = open(seen);
    watch(tree, "/u", true);
    assertThat(this.<Void>ask(then -> tree.unwatch("/u", then)).failure()).isNull();
    commit(tree, create("/u", ""));
    settle(tree);
    assertThat(changes()).isEmpty();
  }

  @Test
  void answersInTheOrderOfAsking() {
    Tree tree = open(seen);
    commit(tree, create("/o", ""));
    List<Integer> order = new ArrayList<>();
    this.<Node>ask(
        then -> {
          for (int i = 0; i < 50; i++) {
            int number = i;
            tree.multi(List.of(new SetData("/o", Bytes.EMPTY, i)), answer -> order.add(number));
          }
          tree.get("/o", then);
        });
    assertThat(order).hasSize(50).isSorted();
  }

  @Test
  void closedTreeAnswersThatItIsOver() {
    Tree tree = open(seen);
    tree.close();
    tree.close();
    assertFailed(tryGet(tree, "/"), Failure.SESSION_EXPIRED, -1);
    assertFailed(multi(tree, create("/a", "")), Failure.SESSION_EXPIRED, -1);
  }

  private List<Object> changes() {
    return seen.stream().filter(Changed.class::isInstance).toList();
  }

  /** Asks until the event is there, for what another session does. */
  private void awaitSeen(Tree tree, Object event) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!seen.contains(event) && System.nanoTime() < deadline) {
      settle(tree);
    }
    assertThat(seen).contains(event);
  }
}
