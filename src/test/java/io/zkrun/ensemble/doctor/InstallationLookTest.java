package io.zkrun.ensemble.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of an installation the user of a daemon may read, by the rights of its files. */
class InstallationLookTest {
  @TempDir Path dir;

  private static void rights(String rights, Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  private List<Facts.Closed> closedTo(String user) {
    return InstallationLook.closed(
        dir.resolve("home"), dir.resolve("home/conf/zoo.cfg"), Optional.of(user));
  }

  @Test
  void theFirstThatIsClosedToTheDaemonsUserIsTold() throws IOException {
    Path home = Files.createDirectory(dir.resolve("home"));
    rights("rwxr-xr-x", dir);
    rights("rwxr-xr-x", home);
    for (String file : List.of("bin/zkrun", "lib/a.jar", "lib/b.jar", "conf/zoo.cfg")) {
      Path folder = home.resolve(file).getParent();
      Files.createDirectories(folder);
      rights("rwxr-xr-x", folder);
      Files.writeString(home.resolve(file), "");
      rights("rw-r--r--", home.resolve(file));
    }
    assertThat(closedTo("nobody")).isEmpty();

    rights("rw-------", home.resolve("lib/b.jar"));
    assertThat(closedTo("nobody"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.path()).isEqualTo(home.resolve("lib/b.jar").toString());
              assertThat(each.user()).isEqualTo("nobody");
              assertThat(each.rights()).endsWith("rw-------");
            });
    rights("rw-r--r--", home.resolve("lib/b.jar"));
    rights("rw-r-----", home.resolve("conf/zoo.cfg"));
    assertThat(closedTo("nobody"))
        .extracting(Facts.Closed::path)
        .singleElement()
        .asString()
        .endsWith("conf/zoo.cfg");
    rights("rwx------", home);
    assertThat(closedTo("nobody")).extracting(Facts.Closed::path).containsExactly(home.toString());
    assertThat(closedTo("root")).as("root may read everything").isEmpty();
  }
}
