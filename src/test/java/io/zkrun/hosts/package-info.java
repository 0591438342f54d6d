/**
 * Hosts of their own for tests: network namespaces on one bridge, each with its own addresses,
 * firewall, {@code /etc/hosts} and folders, and a zkrun unpacked as a user unpacks it. Needs root,
 * and iproute2, iptables, util-linux, faketime; tests that use it are tagged {@code namespaces}.
 */
package io.zkrun.hosts;
