package io.zkrun.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds what one file includes: files alone, beside it where they are named by a relative path.
 * What can't be included is a mistake and counts as empty, so that all else is checked too. The
 * library by itself passes over what is missing, looks for it on the class path, which differs from
 * command to command, and looks for {@code file(…)} in the working folder.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderClasspath, ConfigIncluderURL {
  private static final List<String> ENDINGS = List.of(".conf", ".json", ".properties");

  private final Path file;
  private final IncludeLines lines;
  private final List<Mistake> mistakes;

  /** Whose include led here; null for the first file. */
  private final @Nullable Includes by;

  /**
   * @param text of the file, which may be a pipe: it isn't read again
   */
  Includes(Path file, String text, List<Mistake> mistakes) {
    this(file, text, mistakes, null);
  }

  private Includes(Path file, String text, List<Mistake> mistakes, @Nullable Includes by) {
    this.file = file;
    this.lines = IncludeLines.of(text);
    this.mistakes = mistakes;
    this.by = by;
  }

  /** For the parser of this file. */
  ConfigParseOptions options() {
    return ConfigParseOptions.defaults().setAllowMissing(false).setIncluder(this);
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    return isUrl(what) ? refuseUrl(what) : read(what);
  }

  private static boolean isUrl(String what) {
    try {
      return !new URL(what).getProtocol().isEmpty();
    } catch (MalformedURLException e) {
      return false;
    }
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return read(what.getPath());
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    return mistake(
        lines.next(what),
        "include classpath(\"%s\"): zkrun does not read settings from the class path; use include file(\"…\")"
            .formatted(what));
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    return refuseUrl(what.toString());
  }

  private ConfigObject refuseUrl(String what) {
    return mistake(
        lines.next(what),
        "include \"%s\": zkrun does not read settings from a URL; use include file(\"…\")"
            .formatted(what));
  }

  private ConfigObject read(String what) {
    int line = lines.next(what);
    String include = "include \"" + what + "\": ";
    List<Path> candidates;
    try {
      candidates = candidates(what);
    } catch (InvalidPathException e) {
      return mistake(line, include + "not a path: " + e.getReason());
    }
    ConfigObject all = nothing();
    boolean found = false;
    for (Path each : candidates) {
      try {
        if (!Files.readAttributes(each, BasicFileAttributes.class).isRegularFile()) {
          return mistake(line, include + each + " is no regular file; name one");
        }
        ConfigObject inside = parse(each, include, line);
        all = found ? all.withFallback(inside) : inside;
        found = true;
      } catch (NoSuchFileException e) {
        // Perhaps it has another ending.
      } catch (IOException e) {
        return mistake(line, include + each + " " + FileProblem.of(e));
      }
    }
    return found ? all : missing(line, include, candidates);
  }

  /** Without an ending the name stands for all that have one, as HOCON has it. */
  private List<Path> candidates(String what) {
    boolean complete = ENDINGS.stream().anyMatch(what::endsWith);
    return (complete ? Stream.of(what) : ENDINGS.stream().map(what::concat))
        .map(file::resolveSibling)
        .toList();
  }

  private ConfigObject missing(int line, String include, List<Path> candidates) {
    List<String> looked = candidates.stream().map(Path::toString).toList();
    return mistake(
        line,
        "%sthere is no %s; make that file, correct the name (a relative one starts from the folder of the file that includes it) or remove the include"
            .formatted(include, String.join(", nor ", looked)));
  }

  private ConfigObject parse(Path included, String include, int line) throws IOException {
    Path real = included.toRealPath();
    List<String> chain = new ArrayList<>(List.of(included.toString()));
    for (Includes each = this; each != null; each = each.by) {
      chain.add(0, each.file.toString());
      if (real.equals(each.real())) {
        return mistake(
            line, include + "a file cannot include itself: " + String.join(" includes ", chain));
      }
    }
    Includes inside = new Includes(included, Files.readString(included), mistakes, this);
    try {
      return ConfigFactory.parseFile(included.toFile(), inside.options()).root();
    } catch (ConfigException e) {
      mistakes.add(HoconFile.mistake(included, e));
      return nothing();
    }
  }

  private Path real() throws IOException {
    return Files.exists(file) ? file.toRealPath() : file;
  }

  private ConfigObject mistake(int line, String problem) {
    // Escapes let a name hold anything.
    String shown = problem.replaceAll("\\p{Cntrl}", "?");
    mistakes.add(new Mistake(Origin.file(file.toString(), line), "", null, shown));
    return nothing();
  }

  private static ConfigObject nothing() {
    return ConfigFactory.empty().root();
  }
}
