package io.zkrun.master;

import io.zkrun.core.MasterEvent;
import io.zkrun.core.MasterEvent.AttemptRecord;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.ZnodePath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The scheduler's events for what stands in the tree, and for what no longer does. */
final class Sightings {
  private Sightings() {}

  static MasterEvent worker(String worker, Node node) {
    return new MasterEvent.WorkerSeen(worker, WorkerNode.decode(node.data()));
  }

  static MasterEvent incarnation(String worker, Node node) {
    return new MasterEvent.IncarnationSeen(
        worker, node.stat().version(), IncarnationNode.decode(node.data()));
  }

  static MasterEvent assignment(ZnodePath.Assignment path, Node node) {
    return new MasterEvent.AssignmentSeen(
        path.worker(),
        path.task(),
        node.stat().czxid(),
        node.stat().mzxid(),
        node.stat().version(),
        AssignmentNode.decode(node.data()));
  }

  static MasterEvent task(TaskId task, Node node, MasterEvent.TaskChildren children) {
    // What has ended is not decoded: nobody asks for its command any more.
    TaskNode.@Nullable Decoded decoded = children.status() ? null : TaskNode.decode(node.data());
    return new MasterEvent.TaskSeen(
        task,
        node.stat().czxid(),
        Instant.ofEpochMilli(node.stat().ctime()),
        decoded instanceof TaskNode.Spec spec ? spec.spec() : null,
        decoded instanceof TaskNode.Rejected rejected ? rejected.problem() : null,
        children,
        node.data().length());
  }

  static MasterEvent status(TaskId task, Node node) {
    return new MasterEvent.StatusRead(
        task, node.stat().czxid(), Instant.ofEpochMilli(node.stat().ctime()), node.data().length());
  }

  static MasterEvent.Release release(Node node) {
    return new MasterEvent.Release(RequestNode.decodeRelease(node.data()), node.stat().mzxid());
  }

  static AttemptRecord attempt(Node node) {
    Result result = ResultNode.decode(node.data());
    return new AttemptRecord(
        result.outcome(),
        (result.outcome() != Outcome.LOST && result.outcome() != Outcome.RETURNED)
            || result.startedAt() != null,
        result.worker(),
        Instant.ofEpochMilli(node.stat().ctime()),
        node.stat().czxid(),
        node.data().length());
  }

  /** Null where nobody needs to hear of it. */
  static @Nullable MasterEvent gone(ZnodePath what) {
    if (what instanceof ZnodePath.Task task) {
      return new MasterEvent.TaskGone(task.task());
    } else if (what instanceof ZnodePath.Worker worker) {
      return new MasterEvent.WorkerGone(worker.worker());
    } else if (what instanceof ZnodePath.WorkerAssign worker) {
      return new MasterEvent.IncarnationGone(worker.worker());
    } else if (what instanceof ZnodePath.Assignment gone) {
      return new MasterEvent.AssignmentGone(gone.worker(), gone.task());
    } else if (what instanceof ZnodePath.Drain drain) {
      return new MasterEvent.DrainGone(drain.worker());
    }
    return null;
  }

  /** The task that a znode stands below; null where it stands below none. */
  static @Nullable TaskId owner(ZnodePath what) {
    if (what instanceof ZnodePath.Status status) {
      return status.task();
    } else if (what instanceof ZnodePath.Attempt attempt) {
      return attempt.task();
    } else if (what instanceof ZnodePath.Cancel cancel) {
      return cancel.task();
    } else if (what instanceof ZnodePath.Release release) {
      return release.task();
    }
    return null;
  }
}
