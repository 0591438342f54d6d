package io.zkrun.sabotage;

import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.RunKey;
import io.zkrun.core.WorkerDecision;
import io.zkrun.worker.Runs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs whose lease nobody enforces: no keeper hears of it, and what is lost runs on. */
final class UnleasedRuns implements Runs {
  private final Runs runs;

  UnleasedRuns(Runs runs) {
    this.runs = runs;
  }

  @Override
  public void end(RunKey key, EndCause cause, String reason) {
    if (cause != EndCause.LOST) {
      runs.end(key, cause, reason);
    }
  }

  @Override
  public void deadline(long termAt, long killAt) {}

  @Override
  public void listen(Events events) {
    runs.listen(events);
  }

  @Override
  public String spoolId() {
    return runs.spoolId();
  }

  @Override
  public String bootId() {
    return runs.bootId();
  }

  @Override
  public List<FoundRun> found() {
    return runs.found();
  }

  @Override
  public void start(WorkerDecision.Start request) {
    runs.start(request);
  }

  @Override
  public void adopt(RunKey key, @Nullable Double killAfterSeconds) {
    runs.adopt(key, killAfterSeconds);
  }

  @Override
  public void probe() {
    runs.probe();
  }

  @Override
  public void keepOutputs(RunKey key) {
    runs.keepOutputs(key);
  }

  @Override
  public void delivered(RunKey key) {
    runs.delivered(key);
  }
}
