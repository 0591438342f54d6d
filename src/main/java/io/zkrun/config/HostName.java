package io.zkrun.config;

/** The name of a worker that was given none. */
final class HostName {
  private static final int LONGEST = 128;

  private HostName() {}

  /**
   * The host's short name, with what a worker's name can't hold replaced. One that is a number is
   * the beginning of an address, which other hosts share: there the whole name counts.
   */
  static String of(Sources sources) {
    String host = sources.machine().hostName();
    int dot = host.indexOf('.');
    String shortName = dot > 0 ? host.substring(0, dot) : host;
    String name =
        (shortName.matches("\\d+") ? host : shortName)
            .replaceAll("[^A-Za-z0-9._-]", "-")
            .replaceFirst("^[._-]+", "");
    if (name.isEmpty()) {
      return "localhost";
    }
    return name.length() > LONGEST ? name.substring(0, LONGEST) : name;
  }
}
