package io.zkrun.exec;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.launcher.CommandLauncher;
import org.jspecify.annotations.Nullable;

/**
 * Starts a process that reads nothing, whose output goes to files: without pipes it outlives the
 * daemon.
 *
 * @param log what it prints and complains is appended to it; null where its output is dropped
 * @param errors where its complaints go instead, from the beginning; null where they go to the log
 */
record DetachedLauncher(@Nullable Path log, @Nullable Path errors) implements CommandLauncher {
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
    builder.redirectOutput(
        log == null
            ? ProcessBuilder.Redirect.DISCARD
            : ProcessBuilder.Redirect.appendTo(log.toFile()));
    if (errors == null) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(errors.toFile());
    }
    return builder.start();
  }

  @Override
  public boolean isFailure(int exitValue) {
    return exitValue != 0;
  }
}
