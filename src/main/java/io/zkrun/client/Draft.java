package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.Bytes;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.TaskNode;
import java.util.List;

/**
 * A spec that was checked and is ready to be written.
 *
 * @param nonce tells it from every other submission
 */
record Draft(TaskSpec spec, String nonce, Bytes data) {

  /**
   * @throws ClientException where the spec is no good
   */
  static Draft of(TaskSpec spec, String nonce, String submittedBy) {
    List<SpecProblem> problems = SpecProblem.check(spec);
    if (!problems.isEmpty()) {
      throw invalid(String.join("; ", problems.stream().map(SpecProblem::toString).toList()));
    }
    TaskSpec signed = spec.toBuilder().submission(nonce, submittedBy).build();
    Bytes data = TaskNode.encode(signed);
    if (data.length() > TaskSpec.MAX_BYTES) {
      throw invalid(
          "the task is "
              + data.length()
              + " bytes long as JSON, at most "
              + TaskSpec.MAX_BYTES
              + " are possible; put the data into a file that the workers can read");
    }
    return new Draft(signed, nonce, data);
  }

  private static ClientException invalid(String reason) {
    return new ClientException(Problem.INVALID_SPEC, reason, "nothing was submitted");
  }

  /** Whether {@code data}, read from a task's znode, is what this draft wrote. */
  boolean wrote(Bytes found) {
    return TaskNode.decode(found) instanceof TaskNode.Spec stored
        && nonce.equals(stored.spec().nonce());
  }
}
