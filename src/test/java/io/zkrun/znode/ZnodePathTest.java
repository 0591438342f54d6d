package io.zkrun.znode;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.MasterInfo;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZnodePathTest {
  private static final TaskId TASK = new TaskId("task-0000000042");

  @Test
  void whatIsBuiltIsUnderstood() {
    assertThat(ZnodePath.parse(MasterNode.PATH)).isEqualTo(new ZnodePath.Master());
    assertThat(ZnodePath.parse(StandbyNode.path(new MasterInfo("a b/c", 7, "1"), 0x1fL)))
        .isEqualTo(new ZnodePath.Standby("a_b_c-1f"));
    assertThat(ZnodePath.parse(WorkerNode.path("vm1"))).isEqualTo(new ZnodePath.Worker("vm1"));
    assertThat(ZnodePath.parse(IncarnationNode.path("vm1")))
        .isEqualTo(new ZnodePath.WorkerAssign("vm1"));
    assertThat(ZnodePath.parse(AssignmentNode.path("vm1", TASK)))
        .isEqualTo(new ZnodePath.Assignment("vm1", TASK));
    assertThat(ZnodePath.parse(TaskNode.path(TASK))).isEqualTo(new ZnodePath.Task(TASK));
    assertThat(ZnodePath.parse(ResultNode.statusPath(TASK))).isEqualTo(new ZnodePath.Status(TASK));
    assertThat(ZnodePath.parse(ResultNode.attemptPath(TASK, 3)))
        .isEqualTo(new ZnodePath.Attempt(TASK, 3));
    assertThat(ZnodePath.parse(RequestNode.cancelPath(TASK))).isEqualTo(new ZnodePath.Cancel(TASK));
    assertThat(ZnodePath.parse(RequestNode.releasePath(TASK, 2)))
        .isEqualTo(new ZnodePath.Release(TASK, 2));
    assertThat(ZnodePath.parse(RequestNode.drainPath("vm1"))).isEqualTo(new ZnodePath.Drain("vm1"));
    assertThat(RequestNode.decodeRelease(RequestNode.encodeRelease(OnLost.RERUN)))
        .isEqualTo(OnLost.RERUN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/zookeeper",
        "/master/x",
        "/masters/a/b",
        "/workers/a/b",
        "/workers/.hidden",
        "/assign/vm1/task-1",
        "/assign/vm1/a/b",
        "/tasks/task-1",
        "/tasks/.step-x",
        "/tasks/a/other",
        "/tasks/a/status/x",
        "/tasks/a/attempt-0",
        "/tasks/a/attempt-01",
        "/tasks/a/attempt-9999999999",
        "/tasks/a/attempt-1000001",
        "/tasks/a/attempt-x",
        "/tasks/a/release-",
        "/drain/a/b"
      })
  void whatIsNotOursIsLeftAlone(String path) {
    assertThat(ZnodePath.parse(path)).isEqualTo(new ZnodePath.Foreign(path));
  }
}
