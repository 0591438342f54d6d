/**
 * Masters, workers and clients on the tree in memory, on a virtual clock, with faults drawn from a
 * seed.
 */
package io.zkrun.simulation;
