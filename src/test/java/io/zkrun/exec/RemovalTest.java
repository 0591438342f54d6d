package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemovalTest {
  @TempDir Path dir;

  @Test
  void whatIsNotThereIsFine() {
    assertThat(Removal.of(dir.resolve("a/b"))).isEmpty();
  }

  @Test
  void aLinkIsRemovedAndWhatItLeadsToStays() throws Exception {
    Path kept = Files.createFile(Files.createDirectory(dir.resolve("theirs")).resolve("f"));
    Path folder = Files.createDirectory(dir.resolve("ours"));
    Files.createSymbolicLink(folder.resolve("link"), kept.getParent());
    Path link = Files.createSymbolicLink(dir.resolve("link"), kept.getParent());
    assertThat(Removal.of(folder)).isEmpty();
    assertThat(Removal.of(link)).isEmpty();
    assertThat(folder).doesNotExist();
    assertThat(link).doesNotExist();
    assertThat(kept).exists();
  }

  @Test
  void rightsThatACommandTookAwayAreNoObstacle() throws Exception {
    Path inner = Files.createDirectories(dir.resolve("a/b"));
    Files.createFile(inner.resolve("c"));
    for (Path each : new Path[] {inner, inner.getParent()}) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("---------"));
    }
    assertThat(Removal.of(dir.resolve("a"))).isEmpty();
    assertThat(dir.resolve("a")).doesNotExist();
  }

  /** Deeper than a path can name, and than a stack could go down. */
  @Test
  void aFolderOfAnyDepthIsRemoved() throws Exception {
    Path deep = Files.createDirectory(dir.resolve("deep"));
    for (int i = 0; i < 3_000; i++) {
      Path above = Files.createDirectory(dir.resolve("above"));
      Files.move(deep, above.resolve("d"));
      Files.move(above, deep);
    }
    assertThat(Removal.of(deep)).isEmpty();
    assertThat(deep).doesNotExist();
  }

  @Test
  void aMountPointIsReadAsTheKernelWritesIt() {
    assertThat(
            Mounts.parse(
                "22 1 0:21 / / rw - ext4 /dev/a rw\n30 22 0:22 /x /a\\040b\\134c rw,x - proc p rw\n"))
        .containsExactlyInAnyOrder("/", "/a b\\c");
  }

  @Test
  void aFileIsRemoved() throws IOException {
    Path file = Files.createFile(dir.resolve("f"));
    assertThat(Removal.of(file)).isEmpty();
    assertThat(file).doesNotExist();
  }
}
