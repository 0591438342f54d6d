/**
 * The command line: {@code main}, a class per subcommand, and the hand-wired composition root.
 *
 * <p>May import: everything.
 */
@NullMarked
package io.zkrun.cli;

import org.jspecify.annotations.NullMarked;
