package io.zkrun.fleet;

import io.zkrun.client.Client;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How tests start a JVM with the classes of the product and of the tests. There are hundreds of
 * these starts in a run, so the classes come from an archive that the first of them makes
 * (application class-data sharing, JEP 350), and nothing is compiled for a long life.
 */
final class TestJvm {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private static final Path ARCHIVE = TARGET.resolve("test-classes.jsa");

  private static final List<String> START = start();

  private TestJvm() {}

  /** The beginning of a command line: what follows is further options, a class and its words. */
  static List<String> command() {
    return START;
  }

  private static List<String> start() {
    List<String> command = new ArrayList<>(List.of(JAVA, "-XX:+UseSerialGC"));
    command.add("-XX:TieredStopAtLevel=1");
    // An archive takes jars alone, and of a longer class path only the beginning: jars go first.
    String jars = classPath(true);
    if (isPackaged()) {
      makeArchive(jars);
      command.addAll(List.of("-XX:SharedArchiveFile=" + ARCHIVE, "-Xshare:auto", "-Xlog:cds=off"));
      command.add("-Xlog:cds+dynamic=off");
    }
    command.add("-cp");
    command.add(
        String.join(":", jars, Path.of("conf").toAbsolutePath().toString(), classPath(false)));
    return command;
  }

  /** Whether zkrun itself is a jar here: {@code mvn test} has its classes in a folder. */
  private static boolean isPackaged() {
    return Client.class
        .getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .getPath()
        .endsWith(".jar");
  }

  private static String classPath(boolean jars) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar") == jars)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Makes it from what a cluster of its own loads, unless another JVM of this run has done so. */
  private static void makeArchive(String jars) {
    try (FileChannel lock =
            FileChannel.open(
                ARCHIVE.resolveSibling("test-classes.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (!held.isValid() || isCurrent(jars)) {
        return;
      }
      Path made = Files.createTempFile(TARGET, "classes", ".jsa");
      Files.delete(made);
      Ran ran =
          Ran.of(
              Files.createTempDirectory(TARGET, "classes"),
              new byte[0],
              Map.of(),
              List.of(
                  JAVA,
                  "-XX:+UseSerialGC",
                  "-XX:ArchiveClassesAtExit=" + made,
                  "-cp",
                  jars,
                  "io.zkrun.cli.Main",
                  "run",
                  "--local",
                  "true"));
      if (ran.code() != 0 || !Files.exists(made)) {
        throw new IllegalStateException("no archive of classes: " + ran);
      }
      Files.move(made, ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it is younger than each jar; a JVM uses no archive that does not fit its jars. */
  private static boolean isCurrent(String jars) throws IOException {
    if (!Files.exists(ARCHIVE)) {
      return false;
    }
    for (String jar : jars.split(File.pathSeparator)) {
      if (Files.getLastModifiedTime(Path.of(jar)).compareTo(Files.getLastModifiedTime(ARCHIVE))
          > 0) {
        return false;
      }
    }
    return true;
  }
}
