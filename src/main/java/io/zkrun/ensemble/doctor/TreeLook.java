package io.zkrun.ensemble.doctor;

import io.zkrun.client.Client;
import io.zkrun.client.ListFilter;
import io.zkrun.client.MasterView;
import io.zkrun.client.Survey;
import io.zkrun.client.TaskList;
import io.zkrun.client.TaskState;
import io.zkrun.client.TaskView;
import io.zkrun.client.WorkerView;
import io.zkrun.core.NotReady;
import io.zkrun.core.Waiting;
import io.zkrun.core.WorkerInfo;
import io.zkrun.ensemble.Address;
import io.zkrun.ensemble.doctor.Facts.Clock;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Strayed;
import io.zkrun.ensemble.doctor.Facts.Unready;
import io.zkrun.ensemble.doctor.Facts.Unseen;
import io.zkrun.ensemble.doctor.Facts.Waits;
import io.zkrun.ensemble.doctor.Facts.Zkrun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what zkrun has in the tree, by a session with the servers that serve. */
final class TreeLook {
  private static final long SESSION_MILLIS = 10_000;
  private static final long SURVEY_MILLIS = 5_000;
  private static final long WAITING_MILLIS = 3_000;
  private static final int WAITING_LIMIT = 50;
  private static final int STRAYED_LIMIT = 200;

  private final List<Server> servers;
  private final String chroot;
  private final Function<String, Client> sessions;
  private final Consumer<Unseen> unseen;
  private @Nullable Zkrun zkrun;
  private @Nullable Clock clock;

  TreeLook(
      List<Server> servers,
      String chroot,
      Function<String, Client> sessions,
      Consumer<Unseen> unseen) {
    this.servers = servers;
    this.chroot = chroot;
    this.sessions = sessions;
    this.unseen = unseen;
  }

  @Nullable Zkrun zkrun() {
    return zkrun;
  }

  @Nullable Clock clock() {
    return clock;
  }

  void look() throws InterruptedException {
    String hosts =
        servers.stream()
            .filter(Server::givesSessions)
            .map(TreeLook::address)
            .collect(Collectors.joining(","));
    if (hosts.isEmpty()) {
      missed("no server serves", "mending the ensemble first");
      return;
    }
    try (Client client = sessions.apply(hosts + chroot)) {
      look(client);
    } catch (TimeoutException | ExecutionException e) {
      missed(
          e instanceof TimeoutException
              ? "it took too long"
              : String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
          "zkrun list --connect " + hosts + chroot + ", which says more");
    }
  }

  private void missed(String why, String allow) {
    unseen.accept(new Unseen(Unseen.TREE, why, allow));
  }

  private static String address(Server server) {
    return new Address(server.host(), server.clientPort()).toString();
  }

  private void look(Client client)
      throws InterruptedException, TimeoutException, ExecutionException {
    boolean unused = get(client.connect(), SESSION_MILLIS);
    Survey survey = get(client.survey(), SURVEY_MILLIS);
    clock = new Clock(survey.ahead().toMillis(), survey.doubt().toMillis() + 1);
    List<Waits> waiting = survey.tasks() == 0 ? List.of() : waiting(client);
    zkrun =
        new Zkrun(
            survey.used(),
            survey.master().map(each -> each.info().host()).orElse(null),
            survey.master().map(MasterView::byHand).orElse(false),
            (int) survey.workers().stream().filter(each -> each.info() != null).count(),
            survey.tasks(),
            survey.nextNumber(),
            survey.listBytes(),
            waiting,
            survey.tasks() == 0 ? List.of() : strayed(client, survey),
            notReady(survey));
  }

  private static List<Unready> notReady(Survey survey) {
    List<Unready> found = new ArrayList<>();
    for (WorkerView worker : survey.workers()) {
      WorkerInfo info = worker.info();
      NotReady why = info == null ? null : info.notReady();
      if (info != null && why != null) {
        found.add(new Unready(worker.name(), info.host(), why.code(), why.message()));
      }
    }
    return found;
  }

  private List<Strayed> strayed(Client client, Survey survey)
      throws InterruptedException, ExecutionException {
    try {
      ListFilter any = new ListFilter(Set.of(TaskState.values()), null, null, null, STRAYED_LIMIT);
      return WorkerClocks.strayed(
          get(client.list(any), WAITING_MILLIS).tasks(),
          survey.serverTime().plus(Duration.between(survey.before(), Instant.now())));
    } catch (TimeoutException e) {
      return List.of();
    }
  }

  private static <T> T get(CompletableFuture<T> future, long millis)
      throws InterruptedException, TimeoutException, ExecutionException {
    return future.get(millis, TimeUnit.MILLISECONDS);
  }

  /** Why the youngest of those that wait do; reasons that pass by themselves left out. */
  private List<Waits> waiting(Client client) throws InterruptedException, ExecutionException {
    try {
      ListFilter pending =
          new ListFilter(Set.of(TaskState.PENDING), null, null, null, WAITING_LIMIT);
      TaskList list = get(client.list(pending), WAITING_MILLIS);
      Map<String, List<TaskView>> byReason = new LinkedHashMap<>();
      for (TaskView task : list.tasks()) {
        Waiting waits = task.waiting();
        if (waits != null && !waits.passes()) {
          byReason.computeIfAbsent(waits.code(), code -> new ArrayList<>()).add(task);
        }
      }
      List<Waits> waiting = new ArrayList<>();
      byReason.forEach((code, tasks) -> waiting.add(waits(code, tasks)));
      return waiting;
    } catch (TimeoutException e) {
      unseen.accept(
          new Unseen(
              "why tasks wait",
              "there are too many tasks to look at in time",
              "zkrun list --state pending"));
      return List.of();
    }
  }

  private static Waits waits(String code, List<TaskView> tasks) {
    TaskView first = tasks.get(0);
    Waiting why = first.waiting();
    return new Waits(code, why == null ? "" : why.message(), tasks.size(), first.id().value());
  }
}
