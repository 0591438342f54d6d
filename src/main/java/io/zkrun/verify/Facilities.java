package io.zkrun.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a machine gives a drill beyond processes.
 *
 * @param network null where the daemons share the machine's own
 * @param disks null where the spools share the disk of the drill's folder
 * @param tracer whether one process may delay another's calls of the kernel
 * @param lacking for people: what there is not, and why
 */
record Facilities(
    @Nullable Network network, @Nullable Disks disks, boolean tracer, List<String> lacking) {
  static final Facilities NONE = new Facilities(null, null, false, List.of());

  /**
   * Makes what can be had.
   *
   * @param noNamespaces why nothing can be mounted or plugged in here without others seeing it;
   *     null where it can
   * @param dir for what the commands say
   */
  static Facilities find(@Nullable String noNamespaces, Path dir) throws InterruptedException {
    List<String> lacking = new ArrayList<>();
    if (noNamespaces != null) {
      for (FaultKind.Need need : EnumSet.complementOf(EnumSet.of(FaultKind.Need.NOTHING))) {
        lacking.add(need.without() + ": " + noNamespaces);
      }
      return new Facilities(null, null, false, List.copyOf(lacking));
    }
    Network network = null;
    try {
      network = Network.make(dir);
    } catch (IOException e) {
      lacking.add(FaultKind.Need.NETWORK.without() + ": " + e.getMessage());
    }
    Disks disks = new Disks(dir);
    try {
      disks.add(dir.resolve("disk"));
    } catch (IOException e) {
      disks = null;
      lacking.add(FaultKind.Need.DISKS.without() + ": " + e.getMessage());
    }
    String noTracer = Tracer.whyNot(dir);
    if (!noTracer.isEmpty()) {
      lacking.add(FaultKind.Need.TRACER.without() + ": " + noTracer);
    }
    return new Facilities(network, disks, noTracer.isEmpty(), List.copyOf(lacking));
  }

  /** Which faults' needs are met. */
  Set<FaultKind.Need> had() {
    Set<FaultKind.Need> had = EnumSet.of(FaultKind.Need.NOTHING);
    if (network != null) {
      had.add(FaultKind.Need.NETWORK);
    }
    if (disks != null) {
      had.add(FaultKind.Need.DISKS);
    }
    if (tracer) {
      had.add(FaultKind.Need.TRACER);
    }
    return had;
  }

  /** Takes away what was made. */
  void remove() throws IOException, InterruptedException {
    if (network != null) {
      network.remove();
    }
    if (disks != null) {
      disks.remove();
    }
  }
}
