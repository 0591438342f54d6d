package io.zkrun.ensemble;

import io.zkrun.ensemble.CfgMistake.Severity;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks at the folders that a {@code zoo.cfg} names, and at {@code myid}. */
final class FolderChecks {
  /** A server that can't write its log ends. */
  private static final long FULL_BYTES = 16L << 20;

  private static final long NEARLY_FULL_BYTES = 256L << 20;

  private final ZooCfg cfg;
  private final List<CfgMistake> found = new ArrayList<>();

  FolderChecks(ZooCfg cfg) {
    this.cfg = cfg;
  }

  List<CfgMistake> find() {
    Optional<CfgLine> data = cfg.value("dataDir");
    if (data.isEmpty() || cfg.dataDir().isEmpty()) {
      return found;
    }
    CfgLine log = cfg.value("dataLogDir").orElse(data.get());
    folder(data.get());
    if (!log.value().equals(data.get().value())) {
      folder(log);
    }
    if (Files.isDirectory(Path.of(data.get().value()))) {
      myid(data.get());
      inUse(data.get());
    }
    return found;
  }

  private void folder(CfgLine line) {
    Path folder = Path.of(line.value());
    if (!Files.isDirectory(folder)) {
      add(
          "dataDirMissing",
          line,
          "the folder " + folder + (Files.exists(folder) ? " is a file" : " does not exist"),
          "mount its disk, or set this host up: zkrun ensemble init --servers …");
      return;
    }
    Optional<Path> locked =
        parts(folder).stream().filter(part -> !Files.isWritable(part)).findFirst();
    if (locked.isPresent()) {
      add(
          "dataDirNotWritable",
          line,
          locked.get() + " cannot be written by " + System.getProperty("user.name"),
          "give it to that user: chown -R " + System.getProperty("user.name") + " " + folder);
    } else {
      space(line, folder);
    }
    if (DataFolder.isCleared(folder)) {
      warn(
          "dataDirInTmp",
          line,
          folder + " is cleared by a reboot; tasks would be gone",
          "move it to /var/lib/zookeeper");
    }
  }

  /** What is written to. */
  private static Set<Path> parts(Path folder) {
    Set<Path> parts = new LinkedHashSet<>(List.of(folder));
    Path version = folder.resolve("version-2");
    if (Files.exists(version)) {
      parts.add(version);
    }
    return parts;
  }

  private void space(CfgLine line, Path folder) {
    if (folder.toFile().getTotalSpace() == 0) {
      return; // It cannot be told.
    }
    long free = folder.toFile().getUsableSpace();
    String left = folder + " has " + (free >> 20) + " MiB left";
    String mend = "free some: df -h " + folder;
    if (free < FULL_BYTES) {
      add("diskFull", line, left + "; the server would end by its next write", mend);
    } else if (free < NEARLY_FULL_BYTES) {
      warn("diskFull", line, left, mend);
    }
  }

  private void myid(CfgLine line) {
    if (!cfg.isDistributed()) {
      return;
    }
    Path file = Path.of(line.value()).resolve("myid");
    Optional<String> text;
    try {
      text = DataFolder.myid(Path.of(line.value()));
    } catch (IOException e) {
      add("myidMissing", line, file + " cannot be read (" + e + ")", "check its owner and rights");
      return;
    }
    String ids = cfg.servers().keySet().toString();
    String write = "write this host's number (of " + ids + "): echo N >" + file;
    if (text.isEmpty()) {
      add("myidMissing", line, file + " is missing", write);
    } else if (text.get().isEmpty()) {
      add("myidEmpty", line, file + " is empty", write);
    } else if (!text.get().matches("\\d{1,9}")) {
      add("myidNotNumber", line, file + " holds '" + text.get() + "', which is no number", write);
    } else if (!cfg.servers().containsKey(Integer.parseInt(text.get()))) {
      add("myidMismatch", line, file + " holds " + text.get() + ", which no server.N has", write);
    }
  }

  private void inUse(CfgLine line) {
    Path file = Path.of(line.value()).resolve(DataFolder.LOCK);
    if (!Files.isWritable(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        add(
            "dataDirInUse",
            line,
            "another server runs on the data folder " + line.value(),
            "end it, or give this one a dataDir of its own");
      }
    } catch (IOException e) {
      add("dataDirInUse", line, file + " cannot be locked (" + e + ")", "check its file system");
    }
  }

  private void add(String code, CfgLine line, String message, String mend) {
    found.add(new CfgMistake(code, cfg.name(), line.number(), Severity.ERROR, message, mend));
  }

  private void warn(String code, CfgLine line, String message, String mend) {
    found.add(new CfgMistake(code, cfg.name(), line.number(), Severity.WARNING, message, mend));
  }
}
