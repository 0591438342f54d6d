package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.doctor.Facts.Closed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks whether the users of the daemons may read what they are started from. */
final class InstallationLook {
  private static final Path UNITS = Path.of("/etc/systemd/system");
  private static final String ROOT = "root";

  private InstallationLook() {}

  /**
   * The first file or folder that each of the users may not read.
   *
   * @param home the installation; null where that is not known
   * @param server the user of the server, if that is known
   */
  static List<Closed> closed(@Nullable Path home, Path zooCfg, Optional<String> server) {
    List<Closed> closed = new ArrayList<>();
    Set<String> users = new LinkedHashSet<>();
    server.ifPresent(users::add);
    if (home != null) {
      users.addAll(ofUnits(home));
    }
    users.remove(ROOT);
    for (String user : users) {
      first(user, files(home, zooCfg, server.filter(user::equals).isPresent()))
          .ifPresent(closed::add);
    }
    return closed;
  }

  /** Whom systemd starts the daemons of this installation as. */
  private static Set<String> ofUnits(Path home) {
    Set<String> users = new LinkedHashSet<>();
    try (Stream<Path> units = Files.list(UNITS)) {
      for (Path unit : units.filter(each -> each.toString().endsWith(".service")).toList()) {
        List<String> lines = Files.readAllLines(unit);
        if (lines.stream().anyMatch(line -> line.startsWith("ExecStart=" + home + "/bin/zkrun"))) {
          lines.stream()
              .filter(line -> line.startsWith("User="))
              .forEach(line -> users.add(line.substring("User=".length()).strip()));
        }
      }
    } catch (IOException e) {
      // No systemd, or units that are nobody's to read.
    }
    return users;
  }

  private static List<Path> files(@Nullable Path home, Path zooCfg, boolean isServer) {
    List<Path> files = new ArrayList<>();
    if (home != null) {
      files.add(home.resolve("bin/zkrun"));
      for (String folder : List.of("lib", "conf")) {
        try (Stream<Path> inside = Files.list(home.resolve(folder))) {
          inside
              .filter(each -> folder.equals("lib") || !each.endsWith("zoo.cfg"))
              .sorted()
              .forEach(files::add);
        } catch (IOException e) {
          files.add(home.resolve(folder));
        }
      }
    }
    if (isServer) {
      files.add(zooCfg);
    }
    return files;
  }

  private static Optional<Closed> first(String user, List<Path> files) {
    Set<String> groups = groups(user);
    Set<Path> seen = new LinkedHashSet<>();
    for (Path file : files) {
      List<Path> way = new ArrayList<>();
      for (Path at = file.getParent(); at != null; at = at.getParent()) {
        way.add(0, at);
      }
      for (Path folder : way) {
        if (seen.add(folder) && !may(user, groups, folder, 2)) {
          return Optional.of(new Closed(folder.toString(), user, rights(folder)));
        }
      }
      if (!may(user, groups, file, 0)) {
        return Optional.of(new Closed(file.toString(), user, rights(file)));
      }
    }
    return Optional.empty();
  }

  /**
   * As the rights say; what cannot be looked at is taken for open.
   *
   * @param right 0 to read, 2 to pass through
   */
  private static boolean may(String user, Set<String> groups, Path path, int right) {
    try {
      PosixFileAttributes of = Files.readAttributes(path, PosixFileAttributes.class);
      String all = PosixFilePermissions.toString(of.permissions());
      int triple =
          of.owner().getName().equals(user) ? 0 : groups.contains(of.group().getName()) ? 3 : 6;
      return all.charAt(triple + right) != '-';
    } catch (IOException e) {
      return true;
    }
  }

  private static String rights(Path path) {
    try {
      PosixFileAttributes of = Files.readAttributes(path, PosixFileAttributes.class);
      return of.owner().getName()
          + " "
          + of.group().getName()
          + " "
          + PosixFilePermissions.toString(of.permissions());
    } catch (IOException e) {
      return "?";
    }
  }

  /** As the files of this host say. */
  private static Set<String> groups(String user) {
    Set<String> groups = new LinkedHashSet<>();
    try {
      String primary = "";
      for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
        String[] words = line.split(":", -1);
        if (words.length > 3 && words[0].equals(user)) {
          primary = words[3];
        }
      }
      for (String line : Files.readAllLines(Path.of("/etc/group"))) {
        String[] words = line.split(":", -1);
        if (words.length > 3
            && (words[2].equals(primary) || List.of(words[3].split(",")).contains(user))) {
          groups.add(words[0]);
        }
      }
    } catch (IOException e) {
      // Its own rights and everybody's are left.
    }
    return groups;
  }
}
