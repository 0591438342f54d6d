package io.zkrun.zk;

import java.util.ArrayList;
import java.util.List;

/**
 * The path below which a cluster's znodes stand. It is put before each path here rather than by the
 * client library, which can't make a missing one, and strips it from single results but not from
 * those of a multi.
 *
 * @param path absolute, or empty for none
 */
record Chroot(String path) {
  /** What follows the hosts in a connect string. */
  static Chroot of(String connect) {
    int slash = connect.indexOf('/');
    String path = slash < 0 ? "" : connect.substring(slash);
    return new Chroot(path.equals("/") ? "" : path);
  }

  /** The connect string without its chroot. */
  static String hosts(String connect) {
    int slash = connect.indexOf('/');
    return slash < 0 ? connect : connect.substring(0, slash);
  }

  String full(String relative) {
    if (path.isEmpty()) {
      return relative;
    }
    return relative.equals("/") ? path : path + relative;
  }

  String strip(String full) {
    return full.length() == path.length() ? "/" : full.substring(path.length());
  }

  /** The path and those above it, topmost first. */
  List<String> chain() {
    List<String> chain = new ArrayList<>();
    for (int at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
      chain.add(path.substring(0, at));
    }
    chain.add(path);
    return chain;
  }
}
