package io.zkrun.ensemble;

import java.util.Comparator;

/**
 * Something wrong in a {@code zoo.cfg}, seen from its text alone.
 *
 * @param code names the kind, for machines: {@code unknownKey}, {@code badValue}, {@code
 *     valueUnset}, {@code badServerLine}, {@code duplicateId}, {@code duplicateAddress}, {@code
 *     samePorts}, {@code evenServers}, {@code dataDirUnset}, {@code juteInFile}, {@code
 *     launcherOnly}, {@code repeatedKey}, {@code byteOrderMark}
 * @param line from 1; 0 where the whole file is meant
 * @param message what is wrong, with the value, and what follows
 * @param mend what to do
 */
public record CfgMistake(
    String code, String file, int line, Severity severity, String message, String mend)
    implements Comparable<CfgMistake> {
  private static final Comparator<CfgMistake> ORDER =
      Comparator.comparing(CfgMistake::file)
          .thenComparing(CfgMistake::line)
          .thenComparing(CfgMistake::code)
          .thenComparing(CfgMistake::message);

  /** Whether the server can do its work with it. */
  public enum Severity {
    /** ZooKeeper does not start with it, or not as the file's author means. */
    ERROR,
    /** It works, though not well. */
    WARNING
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /** {@code FILE:LINE}, or the file alone. */
  public String place() {
    return line > 0 ? file + ":" + line : file;
  }

  /** One line for people. */
  public String text() {
    return place() + ": " + message + "; " + mend;
  }

  @Override
  public int compareTo(CfgMistake other) {
    return ORDER.compare(this, other);
  }
}
