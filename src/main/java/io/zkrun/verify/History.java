package io.zkrun.verify;

import java.util.List;

/**
 * What happened in a drill.
 *
 * @param tasks those that the client was told are submitted
 * @param silences of workers whose leases ended by it
 * @param hits the faults that workers had
 * @param twice what stands more than once though it was submitted once
 * @param unreadable lines that no command of the drill can have written
 * @param notWhole outputs that the status holds in part, and nobody as a whole
 * @param fallen daemons that had ended by themselves
 * @param ofTasks processes of tasks that ran when all tasks had ended
 * @param ofDaemons processes that ran when all daemons had been stopped
 */
record History(
    List<TaskHistory> tasks,
    List<Tally.Silence> silences,
    List<Tally.Hit> hits,
    List<String> twice,
    List<String> unreadable,
    List<String> notWhole,
    List<String> fallen,
    List<String> ofTasks,
    List<String> ofDaemons) {}
