/**
 * A fault drill on the user's own machine: servers, masters and workers as processes, tasks that
 * count themselves outside zkrun, faults by a plan, and a check of all that happened against what
 * is promised. Plan, workload and checker are pure; the rest starts processes and looks at them.
 *
 * <p>May import: {@code core}, {@code znode}, {@code client}, {@code exec}, {@code ensemble}.
 */
@NullMarked
package io.zkrun.verify;

import org.jspecify.annotations.NullMarked;
