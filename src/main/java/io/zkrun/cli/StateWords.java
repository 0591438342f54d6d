package io.zkrun.cli;

import io.zkrun.client.TaskState;
import java.util.Arrays;
import java.util.Iterator;

/** {@link TaskState} as the words that a shell completes. */
final class StateWords implements Iterable<String> {
  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(TaskState.values()).map(TaskState::json).iterator();
  }
}
