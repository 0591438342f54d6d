package io.zkrun.znode;

import java.util.List;

/** How much a request needs on the wire. */
final class RequestSize {
  /** Above the headers, lengths, versions and access list of any member. */
  private static final int MEMBER_OVERHEAD = 80;

  /** A char is at most three bytes of UTF-8. */
  private static final int BYTES_PER_CHAR_MAX = 3;

  private RequestSize() {}

  /** An upper bound in bytes. */
  static int of(List<Write> writes) {
    long bytes = 0;
    for (Write write : writes) {
      bytes += MEMBER_OVERHEAD + pathBytes(write.path()) + dataBytes(write);
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private static long pathBytes(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) >= 0x80) {
        return (long) path.length() * BYTES_PER_CHAR_MAX;
      }
    }
    return path.length();
  }

  private static long dataBytes(Write write) {
    if (write instanceof Write.Create create) {
      return create.data().length();
    }
    return write instanceof Write.SetData set ? set.data().length() : 0;
  }
}
