package io.zkrun.core;

import org.jspecify.annotations.Nullable;

/**
 * The data of {@code /master}.
 *
 * @param pid 0 where unknown
 * @param version of zkrun; null where a person made it
 */
public record MasterInfo(String host, long pid, @Nullable String version) {
  public static MasterInfo byHand(Bytes data) {
    return new MasterInfo(Reason.of(data), 0, null);
  }
}
