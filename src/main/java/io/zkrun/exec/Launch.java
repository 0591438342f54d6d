package io.zkrun.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;

/** Starts a process by commons-exec without its pipes, pump threads and thread per process. */
@SuppressWarnings(
    "deprecation") // the builder makes no subclass, and a launcher is set by nothing else
final class Launch extends DefaultExecutor {
  private final DetachedLauncher launcher;
  private Process started = new Detached();

  private Launch(DetachedLauncher launcher) {
    this.launcher = launcher;
    setStreamHandler(new NoStreams());
  }

  /** Starts {@code line} with this environment alone; returns while it runs. */
  static Process start(CommandLine line, Map<String, String> env, Path dir, Path errors)
      throws IOException {
    return start(line, env, dir, new DetachedLauncher(null, errors));
  }

  /** The same, with its output where the launcher says. */
  static Process start(
      CommandLine line, Map<String, String> env, Path dir, DetachedLauncher launcher)
      throws IOException {
    Launch launch = new Launch(launcher);
    launch.setWorkingDirectory(dir.toFile());
    launch.execute(line, env);
    return launch.started;
  }

  @Override
  protected Process launch(CommandLine line, Map<String, String> env, Path dir) throws IOException {
    started = launcher.exec(line, env, dir);
    return new Detached();
  }

  /** What the executor waits for: nothing, so that it returns once the real process runs. */
  private static final class Detached extends Process {
    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      return 0;
    }

    @Override
    public int exitValue() {
      return 0;
    }

    @Override
    public void destroy() {}
  }

  private static final class NoStreams implements ExecuteStreamHandler {
    @Override
    public void setProcessErrorStream(InputStream stream) {}

    @Override
    public void setProcessInputStream(OutputStream stream) {}

    @Override
    public void setProcessOutputStream(InputStream stream) {}

    @Override
    public void start() {}

    @Override
    public void stop() {}
  }
}
