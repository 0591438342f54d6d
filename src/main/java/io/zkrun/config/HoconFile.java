package io.zkrun.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A file of settings, read into entries. */
final class HoconFile {
  private final Path file;
  private final Map<String, String> environment;
  private final List<Mistake> mistakes;
  private final List<Entry> entries = new ArrayList<>();

  private HoconFile(Path file, Map<String, String> environment, List<Mistake> mistakes) {
    this.file = file;
    this.environment = environment;
    this.mistakes = mistakes;
  }

  /**
   * What the file says, with all that it includes; what can't be read or parsed of them is added to
   * {@code mistakes}.
   */
  static List<Entry> read(Path file, Map<String, String> environment, List<Mistake> mistakes) {
    int before = mistakes.size();
    HoconFile hocon = new HoconFile(file, environment, mistakes);
    try {
      hocon.read();
    } catch (ConfigException.UnresolvedSubstitution e) {
      // What is missing is in an include, perhaps: that one is told already.
      if (mistakes.size() == before) {
        mistakes.add(mistake(file, e));
      }
    } catch (ConfigException e) {
      mistakes.add(mistake(file, e));
    } catch (IOException e) {
      mistakes.add(new Mistake(Origin.file(file.toString(), 0), "", null, FileProblem.of(e)));
    }
    return hocon.entries;
  }

  private void read() throws IOException {
    String text = Files.readString(file);
    // Starting the parser costs more than the rest of a short command: most files say nothing.
    if (text.lines().map(String::strip).allMatch(HoconFile::saysNothing)) {
      return;
    }
    ConfigResolveOptions options =
        ConfigResolveOptions.noSystem().appendResolver(new FromEnvironment(environment));
    parse(text)
        .resolve(options)
        .root()
        .forEach(
            (name, value) -> {
              if (name.equals("zkrun") && value instanceof ConfigObject settings) {
                settings.forEach((key, inner) -> add(key, inner, false));
              } else {
                add(name, value, true);
              }
            });
  }

  private Config parse(String text) {
    ConfigParseOptions options =
        new Includes(file, text, mistakes).options().setSyntax(ConfigSyntax.CONF);
    // A pipe can be read once; a file can include others that lie beside it.
    return Files.isRegularFile(file)
        ? ConfigFactory.parseFile(file.toFile(), options)
        : ConfigFactory.parseString(text, options.setOriginDescription(file.toString()));
  }

  private static boolean saysNothing(String line) {
    return line.isEmpty() || line.startsWith("#") || line.startsWith("//");
  }

  private void add(String key, ConfigValue value, boolean outside) {
    if (value.valueType() == ConfigValueType.NULL) {
      return;
    }
    boolean isLeaf = Catalog.find(key).isPresent() && !key.startsWith(Catalog.LABELS_PREFIX);
    if (value instanceof ConfigObject block && !isLeaf && !block.isEmpty()) {
      block.forEach((name, inner) -> add(key + "." + name, inner, outside));
    } else if (!(value instanceof ConfigObject block && block.isEmpty() && Catalog.isBlock(key))) {
      entries.add(new Entry(key, shape(value, outside), text(value), origin(value.origin())));
    }
  }

  private static Entry.Shape shape(ConfigValue value, boolean outside) {
    if (outside) {
      return Entry.Shape.OUTSIDE;
    }
    return switch (value.valueType()) {
      case LIST -> Entry.Shape.LIST;
      case OBJECT -> Entry.Shape.BLOCK;
      default -> Entry.Shape.SCALAR;
    };
  }

  /** Scalars as they were written, 0x10 and 1e3 included. */
  private static String text(ConfigValue value) {
    if (value instanceof ConfigObject) {
      return "{ … }";
    }
    return value instanceof ConfigList ? "[ … ]" : value.atKey("value").getString("value");
  }

  private Origin origin(ConfigOrigin origin) {
    return origin(file, origin);
  }

  private static Origin origin(Path file, ConfigOrigin origin) {
    String name = origin.filename();
    return Origin.file(name == null ? file.toString() : name, Math.max(0, origin.lineNumber()));
  }

  /**
   * That something can't be parsed.
   *
   * @param file where it is, unless the library knows better
   */
  static Mistake mistake(Path file, ConfigException e) {
    ConfigOrigin origin = e.origin();
    String message = String.valueOf(e.getMessage());
    if (origin != null && message.startsWith(origin.description() + ": ")) {
      message = message.substring(origin.description().length() + 2);
    }
    // The library explains itself at length in parentheses.
    String first = message.lines().findFirst().orElse(message).replaceFirst(" \\(if you .*", "");
    Origin where = origin == null ? Origin.file(file.toString(), 0) : origin(file, origin);
    return new Mistake(where, "", null, "cannot be parsed: " + first);
  }

  /** Substitutions such as {@code ${?HOME}} name environment variables. */
  private record FromEnvironment(Map<String, String> environment) implements ConfigResolver {
    @Override
    @SuppressWarnings("NullAway") // null is how a resolver says that it doesn't know
    public ConfigValue lookup(String path) {
      String value = environment.get(path);
      return value == null ? null : ConfigValueFactory.fromAnyRef(value, "environment " + path);
    }

    @Override
    public ConfigResolver withFallback(ConfigResolver fallback) {
      return this;
    }
  }
}
