package io.zkrun.config;

import java.nio.file.Path;

/** A machine that is the same wherever the tests run; every folder can be written, or none. */
record FixedMachine(String hostName, int cpus, boolean everythingWritable) implements Machine {
  @Override
  public boolean writable(Path folder) {
    return everythingWritable;
  }
}
