package io.zkrun.znode;

import java.util.HashSet;
import java.util.Set;

/** So that what is odd about a path is logged once, and of very many not each is kept in mind. */
public final class OncePerPath {
  /** How many paths are logged at most. */
  private static final int MAX = 1_000;

  private final Set<String> logged = new HashSet<>();

  /** Whether it is still to be logged; true once for each path. */
  public boolean isNew(String path) {
    return logged.size() < MAX && logged.add(path);
  }
}
