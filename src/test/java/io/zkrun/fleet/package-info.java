/** A whole zkrun on loopback, of real processes, for the integration tests. */
package io.zkrun.fleet;
