/**
 * Masters, workers and clients, as they are, on the tree in memory and a virtual clock, with faults
 * drawn from a seed. {@link io.zkrun.simulation.Simulation} is one seed's course; {@link
 * io.zkrun.simulation.Witness}, {@link io.zkrun.simulation.Audit} and {@link
 * io.zkrun.simulation.Movement} hold it to the promises; {@link io.zkrun.simulation.Mutant} shows
 * that they would notice.
 */
package io.zkrun.simulation;
