package io.zkrun.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a daemon runs.
 *
 * @param address that the others reach it at
 * @param number of its cable, from 1; 0 on the machine's own network
 * @param holder the process whose network it is; 0 likewise
 */
record Host(String address, int number, long holder) {
  /** On the machine's own network, reached by loopback. */
  static final Host LOOPBACK = new Host("127.0.0.1", 0, 0);

  /** The command line that runs {@code command} here, in a process of the same pid. */
  List<String> enter(List<String> command) {
    if (holder == 0) {
      return command;
    }
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder + "/ns/net"));
    all.add("--");
    all.addAll(command);
    return all;
  }
}
