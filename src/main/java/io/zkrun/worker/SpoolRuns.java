package io.zkrun.worker;

import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.NotReady;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.WorkerDecision;
import io.zkrun.exec.RunRequest;
import io.zkrun.exec.Spool;
import io.zkrun.znode.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs commands in a spool; what its threads tell is posted to the worker's loop. */
public final class SpoolRuns implements Runs {
  private static final long LOOK_MILLIS = 1_000;

  private final Spool spool;
  private final Loop loop;
  private final WorkerOptions options;
  private final Map<RunKey, Duration> killAfter = new HashMap<>();
  private @Nullable Events events;
  private boolean hangs;

  /**
   * @param spool open; closing it stays with the caller
   */
  public SpoolRuns(Spool spool, Loop loop, WorkerOptions options) {
    this.spool = spool;
    this.loop = loop;
    this.options = options;
  }

  @Override
  public void listen(Events newEvents) {
    events = newEvents;
    var unused = loop.after(LOOK_MILLIS, this::look);
  }

  private void look() {
    String why = spool.hangsIn();
    if (events != null && hangs != (why != null)) {
      hangs = why != null;
      events.hangs(why);
    }
    var unused = loop.after(LOOK_MILLIS, this::look);
  }

  @Override
  public String spoolId() {
    return spool.spoolId();
  }

  @Override
  public String bootId() {
    return spool.bootId();
  }

  @Override
  public List<FoundRun> found() {
    return spool.found();
  }

  @Override
  public void start(WorkerDecision.Start start) {
    TaskSpec spec = start.spec();
    Duration kill = killAfter(spec.killAfterSeconds());
    Double timeout = spec.timeoutSeconds();
    Integer limit = spec.outputLimitBytes();
    killAfter.put(start.key(), kill);
    spool.start(
        new RunRequest(
            start.key(),
            start.cluster(),
            start.attempt(),
            options.name(),
            spec.command(),
            spec.env(),
            spec.cwd(),
            spec.stdin(),
            timeout == null ? null : seconds(timeout),
            kill,
            limit == null ? options.outputLimitBytes() : limit,
            start.onLost()),
        listener(start.key()));
  }

  private Duration killAfter(@Nullable Double asked) {
    return asked == null ? Duration.ofMillis(options.killAfterMillis()) : seconds(asked);
  }

  private static Duration seconds(double value) {
    return Duration.ofMillis(Math.round(value * 1000));
  }

  @Override
  public void adopt(RunKey key, @Nullable Double killAfterSeconds) {
    killAfter.put(key, killAfter(killAfterSeconds));
    spool.adopt(key, listener(key));
  }

  @Override
  public void end(RunKey key, EndCause cause, String reason) {
    Duration kill = killAfter.getOrDefault(key, Duration.ofMillis(options.killAfterMillis()));
    spool.end(key, cause, kill);
  }

  @Override
  public void deadline(long termAt, long killAt) {
    spool.deadline(termAt, killAt);
  }

  @Override
  public void probe() {
    spool.probe(
        why ->
            loop.execute(
                () -> {
                  if (events != null) {
                    events.probed(why);
                  }
                }));
  }

  @Override
  public void keepOutputs(RunKey key) {
    spool.keepOutputs(key);
  }

  @Override
  public void delivered(RunKey key) {
    killAfter.remove(key);
    spool.delivered(key);
  }

  private Spool.Listener listener(RunKey key) {
    return new Spool.Listener() {
      @Override
      public void started(long pid, Instant at) {
        loop.execute(() -> tellStarted(key, at, pid));
      }

      @Override
      public void ended(RunEnd end) {
        loop.execute(() -> tellEnded(key, end));
      }

      @Override
      public void refused(NotReady why) {
        loop.execute(() -> tellRefused(key, why));
      }
    };
  }

  private void tellStarted(RunKey key, Instant at, long pid) {
    if (events != null) {
      events.started(key, at, pid);
    }
  }

  private void tellRefused(RunKey key, NotReady why) {
    if (events != null) {
      events.refused(key, why);
    }
  }

  private void tellEnded(RunKey key, RunEnd end) {
    if (events != null) {
      events.ended(key, end);
    }
  }
}
