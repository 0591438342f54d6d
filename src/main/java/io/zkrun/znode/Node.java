package io.zkrun.znode;

import io.zkrun.core.Bytes;

/** A znode as it was read. */
public record Node(Bytes data, Stat stat) {}
