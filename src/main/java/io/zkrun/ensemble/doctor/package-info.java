/**
 * Finds out why an ensemble, or zkrun on top of it, does not work: {@link
 * io.zkrun.ensemble.doctor.Facts} are gathered, {@link io.zkrun.ensemble.doctor.Diagnosis} judges
 * them without I/O. Whatever explains another fault hides it, so that one cause is one error.
 *
 * <p>May import: {@code ensemble}, {@code config}, {@code client}, {@code core}.
 */
@NullMarked
package io.zkrun.ensemble.doctor;

import org.jspecify.annotations.NullMarked;
