package io.zkrun.cli;

import org.jspecify.annotations.Nullable;

/** Which zkrun this is, from the jar's manifest. */
final class Version {
  private Version() {}

  static String current() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(from sources)" : version;
  }
}
