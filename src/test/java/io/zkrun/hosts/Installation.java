package io.zkrun.hosts;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Lays out what the tarball holds, from the class path of the tests, for everybody to read. */
final class Installation {
  private static final List<String> TEST_JARS =
      List.of("junit", "assertj", "awaitility", "archunit", "testcontainers", "hamcrest");

  private Installation() {}

  static void unpackTo(Path home) throws IOException {
    Path lib = Files.createDirectories(home.resolve("lib"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path.resolve("io/zkrun/cli"))
          && Files.exists(path.resolve("io/zkrun/cli/Main.class"))) {
        jar(path, lib.resolve("zkrun.jar"));
      } else if (Files.isRegularFile(path) && TEST_JARS.stream().noneMatch(entry::contains)) {
        Files.copy(path, lib.resolve(path.getFileName()));
      }
    }
    Path checkout = Path.of("").toAbsolutePath();
    for (String file : List.of("java.sh", "completion.bash")) {
      Files.copy(checkout.resolve("dist").resolve(file), lib.resolve(file));
    }
    for (String folder : List.of("bin", "conf", "systemd")) {
      copy(checkout.resolve(folder), home.resolve(folder));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(
            file, to.resolve(file.getFileName()), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void jar(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, new Manifest());
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = classes.relativize(file).toString();
        if (!name.equals("META-INF/MANIFEST.MF")) {
          entries.putNextEntry(new JarEntry(name));
          Files.copy(file, entries);
          entries.closeEntry();
        }
      }
    }
  }
}
