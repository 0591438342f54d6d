package io.zkrun.ensemble;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.ZooKeeperMain;
import org.apache.zookeeper.util.ServiceUtils;

/** ZooKeeper's own command line, in this process, on its standard input and output. */
public final class ZooKeeperShell {
  private ZooKeeperShell() {}

  /** It asked for the end of the process. */
  private static final class End extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final int code;

    End(int code) {
      super("end", null, false, false);
      this.code = code;
    }
  }

  /**
   * Runs it to its end. Once for a process.
   *
   * @param connect with a chroot, if any
   * @param words its options and a command; without a command it reads commands from standard input
   * @return its exit code
   * @throws IOException when no server gives a session in that time
   */
  public static int run(String connect, int timeoutMillis, List<String> words)
      throws IOException, InterruptedException {
    ServiceUtils.setSystemExitProcedure(
        code -> {
          throw new End(code);
        });
    List<String> all = new ArrayList<>();
    all.addAll(List.of("-server", connect, "-timeout", Integer.toString(timeoutMillis)));
    all.add("-waitforconnection");
    all.addAll(words);
    try {
      ZooKeeperMain.main(all.toArray(String[]::new));
      return 0;
    } catch (End end) {
      return end.code;
    }
  }
}
