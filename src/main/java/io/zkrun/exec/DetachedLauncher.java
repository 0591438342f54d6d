package io.zkrun.exec;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.launcher.CommandLauncher;

/**
 * Starts a process that reads nothing, whose output is dropped and whose errors go to a file:
 * without pipes it outlives the daemon.
 */
record DetachedLauncher(Path errors) implements CommandLauncher {
  @Override
  public Process exec(CommandLine line, Map<String, String> env) throws IOException {
    return exec(line, env, Path.of("/"));
  }

  @Override
  public Process exec(CommandLine line, Map<String, String> env, File dir) throws IOException {
    return exec(line, env, dir.toPath());
  }

  @Override
  public Process exec(CommandLine line, Map<String, String> env, Path dir) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line.toStrings());
    builder.environment().clear();
    builder.environment().putAll(env);
    builder.directory(dir.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(errors.toFile());
    return builder.start();
  }

  @Override
  public boolean isFailure(int exitValue) {
    return exitValue != 0;
  }
}
