package io.zkrun.exec;

import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param exitCode the command's own, 126 or 127 where it could not be started; null where a signal
 *     ended it or nothing is known
 * @param signal that ended the command; null where none did
 * @param reason for people; null where the outcome says it all
 * @param startedAt by the wall clock; null where it never started
 * @param duration from start to the end of the command; null where it never started
 * @param treeEmptyAt when nothing of its tree was left; null where not seen, or where it may run on
 * @param trackedBy {@code cgroup} or {@code cookie}; null where it never started
 */
public record RunEnd(
    Outcome outcome,
    @Nullable Integer exitCode,
    @Nullable Integer signal,
    @Nullable String reason,
    @Nullable Instant startedAt,
    Instant finishedAt,
    @Nullable Duration duration,
    @Nullable Instant treeEmptyAt,
    @Nullable String trackedBy,
    Output stdout,
    Output stderr) {}
