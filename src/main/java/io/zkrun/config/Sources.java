package io.zkrun.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where settings are looked for.
 *
 * @param configFile what {@code --config} names, or null
 * @param installation the folder that holds {@code conf/zkrun.conf}, or null
 * @param workingFolder that relative paths of the command line start from; absolute
 * @param environment of the process: {@code ZKRUN_CONFIG}, {@code ZKRUN_CONNECT}, what the file's
 *     substitutions name, and what default folders depend on
 * @param properties the JVM's system properties
 * @param given on the command line; later ones win
 */
public record Sources(
    @Nullable Path configFile,
    @Nullable Path installation,
    Path workingFolder,
    Map<String, String> environment,
    Map<String, String> properties,
    List<Given> given,
    Machine machine) {
  public Sources {
    environment = Map.copyOf(environment);
    properties = Map.copyOf(properties);
    given = List.copyOf(given);
  }

  /** The sources of this process. */
  public static Sources ofProcess(
      @Nullable Path configFile, @Nullable Path installation, List<Given> given) {
    java.util.Properties system = System.getProperties();
    Map<String, String> properties = new java.util.HashMap<>();
    system.stringPropertyNames().forEach(name -> properties.put(name, system.getProperty(name)));
    return new Sources(
        configFile,
        installation,
        Path.of("").toAbsolutePath(),
        System.getenv(),
        properties,
        given,
        Machine.local());
  }
}
