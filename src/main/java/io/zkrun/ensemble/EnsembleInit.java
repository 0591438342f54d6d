package io.zkrun.ensemble;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sets up one host of an ensemble: {@code zoo.cfg}, {@code myid} and the folders. It overwrites
 * nothing that somebody else has written, and does nothing where all stands already.
 */
public final class EnsembleInit {
  private static final String SETTINGS = "zkrun.conf";
  private static final Pattern CONNECT =
      Pattern.compile("(?m)^#?zkrun\\.zookeeper\\.connect *= *\"([^\"]*)\".*$");

  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwxr-x---");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r--r--");

  private final EnsemblePlan plan;
  private final int id;
  private final Path confDir;
  private final @Nullable StandingServer standing;

  /**
   * @param id of this host's server, from 1
   * @param confDir absolute; where {@code zoo.cfg} goes
   * @param servers that this host has already
   */
  public EnsembleInit(EnsemblePlan plan, int id, Path confDir, List<StandingServer> servers) {
    this.plan = plan;
    this.id = id;
    this.confDir = confDir;
    standing =
        servers.stream()
            .filter(each -> !each.zooCfg().equals(zooCfg()) && each.uses(plan.dataDir()))
            .findFirst()
            .orElse(null);
  }

  /** The server that is set up here by a file elsewhere, such as an earlier version's. */
  public Optional<StandingServer> standing() {
    return Optional.ofNullable(standing);
  }

  /** Something is in the way; the message says what, and what to do. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /** A file that is to be written, with what it will hold; or one that stands already. */
  public record Step(Path path, @Nullable String text, boolean stands) {}

  public Path zooCfg() {
    return confDir.resolve("zoo.cfg");
  }

  public Path myid() {
    return plan.dataDir().resolve("myid");
  }

  /** The server's number. */
  public int id() {
    return id;
  }

  /**
   * What is to be done, looked up and not done.
   *
   * @throws RefusedException when something is in the way
   * @throws IOException when it can't be looked up
   */
  public List<Step> steps() throws RefusedException, IOException {
    Optional<String> cfg = read(zooCfg());
    boolean cfgStands = cfg.filter(plan.zooCfg()::equals).isPresent();
    boolean free = cfg.isEmpty() || EnsemblePlan.isExample(cfg.get());
    if (!cfgStands && !free) {
      throw new RefusedException(
          zooCfg()
              + " stands there already and differs; nothing was written.\n"
              + difference(cfg.get(), plan.zooCfg())
              + "Give the options that it was made with, another --conf-dir, or move it away");
    }
    String text = plan.zooCfg();
    if (free && standing != null) {
      text = ofStanding(standing);
    }
    boolean idStands = checkMyid();
    checkData((cfgStands || standing != null) && idStands);
    List<Step> steps = new ArrayList<>();
    for (Path folder : List.of(plan.dataDir(), plan.logDir())) {
      steps.add(new Step(folder, null, Files.isDirectory(folder)));
    }
    steps.add(new Step(myid(), id + "\n", idStands));
    steps.add(new Step(zooCfg(), text, cfgStands));
    settings().ifPresent(steps::add);
    return steps;
  }

  /** Its own settings are kept: an ensemble outlives the version that set it up. */
  private String ofStanding(StandingServer server) throws RefusedException {
    if (!server.is(plan)) {
      throw new RefusedException(
          "this host has a server already, by "
              + server.who()
              + ", whose data are in "
              + plan.dataDir()
              + "; nothing was written. It differs from what is asked for:\n"
              + difference(server.text(), plan.zooCfg())
              + "Give the options that it was made with, to run it from here too; or another"
              + " --data-dir and --log-dir, for a further server");
    }
    return server.text();
  }

  private boolean checkMyid() throws RefusedException, IOException {
    Optional<String> myid = DataFolder.myid(plan.dataDir());
    if (myid.isPresent() && !myid.get().equals(Integer.toString(id))) {
      throw new RefusedException(
          myid()
              + " holds '"
              + myid.get()
              + "', but this host is to be server "
              + id
              + "; nothing was written. If the folder is of another server, give another"
              + " --data-dir; if the order of --servers changed, give the earlier one");
    }
    return myid.isPresent();
  }

  private void checkData(boolean stands) throws RefusedException, IOException {
    for (Path folder : List.of(plan.dataDir(), plan.logDir())) {
      Optional<Path> data = DataFolder.data(folder);
      if (data.isPresent() && !stands) {
        throw new RefusedException(
            folder
                + " holds the data of an ensemble ("
                + data.get().getFileName()
                + " in version-2), and no zoo.cfg that it belongs to was found; nothing was written."
                + " If it is this ensemble's, put the zoo.cfg that its server runs with at "
                + zooCfg()
                + "; else give another --data-dir and --log-dir");
      }
    }
  }

  /** The settings beside it learn the connect string, where they have none. */
  private Optional<Step> settings() throws IOException {
    Path file = confDir.resolve(SETTINGS);
    String text = read(file).orElse("");
    Matcher line = CONNECT.matcher(text);
    if (!line.find()) {
      return Optional.empty();
    }
    boolean stands = line.group(1).equals(plan.connectString()) && !line.group().startsWith("#");
    if (!stands && !line.group().startsWith("#")) {
      return Optional.empty();
    }
    String set = "zkrun.zookeeper.connect = \"" + plan.connectString() + "\"";
    return Optional.of(
        new Step(file, text.substring(0, line.start()) + set + text.substring(line.end()), stands));
  }

  /** Whether the settings in the same folder name this ensemble, or will. */
  public boolean isInSettings() throws IOException {
    return settings().isPresent();
  }

  /**
   * Writes what {@link #steps} says is missing.
   *
   * @throws IOException when it can't; the message says what and why
   */
  public void write(List<Step> steps) throws IOException {
    for (Step step : steps) {
      if (!step.stands()) {
        try {
          write(step);
        } catch (IOException e) {
          throw new IOException(
              "cannot write "
                  + step.path()
                  + " ("
                  + reason(e)
                  + "); what stood before is as it was",
              e);
        }
      }
    }
  }

  private static String reason(IOException e) {
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof java.nio.file.FileSystemException file && file.getReason() != null
        ? file.getReason()
        : e.toString();
  }

  private static void write(Step step) throws IOException {
    if (step.text() == null) {
      Object unused =
          Files.createDirectories(step.path(), PosixFilePermissions.asFileAttribute(FOLDER));
      return;
    }
    Path folder = step.path().toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    // In one piece: a crash leaves the old file or the new one.
    Path next = step.path().resolveSibling("." + step.path().getFileName() + ".next");
    Files.write(next, step.text().getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(next, FILE);
    Files.move(
        next, step.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
          .map(
              text ->
                  new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Settings that differ, a line each. */
  private static String difference(String stands, String wanted) {
    List<CfgLine> old = CfgLine.all(stands);
    List<CfgLine> fresh = CfgLine.all(wanted);
    StringBuilder text = new StringBuilder();
    for (CfgLine line : old) {
      if (fresh.stream().noneMatch(other -> same(other, line))) {
        text.append("  line ").append(line.number()).append(" holds:  ");
        text.append(line.shown()).append('\n');
      }
    }
    for (CfgLine line : fresh) {
      if (old.stream().noneMatch(other -> same(other, line))) {
        text.append("  it would hold:  ");
        text.append(line.shown()).append('\n');
      }
    }
    return text.isEmpty() ? "  only comments or the order of lines differ\n" : text.toString();
  }

  private static boolean same(CfgLine a, CfgLine b) {
    return a.key().equals(b.key()) && a.value().equals(b.value());
  }
}
