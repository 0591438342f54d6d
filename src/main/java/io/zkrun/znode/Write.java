package io.zkrun.znode;

import io.zkrun.core.Bytes;

/** A member of a multi. */
public sealed interface Write {
  /** Matches every version. */
  int ANY_VERSION = -1;

  String path();

  record Create(String path, Bytes data, Mode mode) implements Write {}

  record SetData(String path, Bytes data, int version) implements Write {}

  record Delete(String path, int version) implements Write {}

  /** Fails unless the znode stands at this data version. */
  record Check(String path, int version) implements Write {}

  /** How long a created znode lives, and who completes its name. */
  enum Mode {
    PERSISTENT,
    /** The server appends ten digits. */
    PERSISTENT_SEQUENTIAL,
    EPHEMERAL
  }
}
