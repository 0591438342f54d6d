package io.zkrun.exec;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is needed to run a command once.
 *
 * @param cluster the tree: nothing of another one is adopted
 * @param attempt from 1
 * @param env on top of the clean base; names without {@code =} and NUL, values without NUL
 * @param cwd the working folder; null for a fresh one that goes away afterwards
 * @param stdin null for an empty standard input
 * @param timeout from the start, also across an adoption; null for none
 * @param killAfter from SIGTERM to SIGKILL after the timeout
 * @param outputLimitBytes how much of each stream {@link RunEnd} holds
 */
public record RunRequest(
    RunKey key,
    ClusterId cluster,
    int attempt,
    String worker,
    Command command,
    Map<String, Bytes> env,
    @Nullable Bytes cwd,
    @Nullable Bytes stdin,
    @Nullable Duration timeout,
    Duration killAfter,
    int outputLimitBytes,
    OnLost onLost) {

  public RunRequest {
    env = Map.copyOf(env);
  }
}
