package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.doctor.Facts.Snapshot;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CheckedInputStream;
import org.apache.zookeeper.server.persistence.SnapStream;

/** Reads the newest snapshot to its end, and sees whether its checksum fits. */
final class SnapshotLook {
  private static final String NAME = "snapshot\\.[0-9a-f]{1,16}";

  /** The last checksum and the word "/" behind it. */
  private static final int SEAL_BYTES = 8 + 4 + 1;

  /** More would take longer than a check may. */
  private static final long LONGEST_BYTES = 1L << 30;

  private static final int BUFFER_BYTES = 1 << 16;

  private SnapshotLook() {}

  static Optional<Snapshot> newest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all =
          files
              .filter(each -> each.getFileName().toString().matches(NAME))
              .sorted(Comparator.comparingLong(SnapshotLook::zxid).reversed())
              .toList();
      return all.isEmpty() ? Optional.empty() : look(all.get(0));
    }
  }

  private static long zxid(Path snapshot) {
    String name = snapshot.getFileName().toString();
    return Long.parseUnsignedLong(name.substring(name.indexOf('.') + 1), 16);
  }

  private static Optional<Snapshot> look(Path file) throws IOException {
    long size = Files.size(file);
    if (size > LONGEST_BYTES) {
      return Optional.empty();
    }
    if (size <= SEAL_BYTES) {
      return damaged(file, "it has only " + size + " bytes");
    }
    try (CheckedInputStream in = SnapStream.getInputStream(file.toFile())) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (long left = size - SEAL_BYTES; left > 0; ) {
        int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
          return damaged(file, "it ends " + left + " bytes too early");
        }
        left -= count;
      }
      long expected = in.getChecksum().getValue();
      long written = new DataInputStream(in).readLong();
      return expected == written
          ? Optional.of(new Snapshot(file.toString(), true, "its checksum fits"))
          : damaged(file, "its checksum does not fit");
    }
  }

  private static Optional<Snapshot> damaged(Path file, String detail) {
    return Optional.of(new Snapshot(file.toString(), false, detail));
  }
}
