package io.zkrun.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code conf/zkrun.conf} as it is shipped. */
class ShippedSettingsTest {
  private static final Path SHIPPED = Path.of("conf/zkrun.conf");
  private static final Pattern LINE =
      Pattern.compile("^#zkrun\\.(\\S+) = \"?(.*?)\"?$", Pattern.MULTILINE);

  @TempDir Path folder;

  @Test
  void everySettingIsListedWithItsDefault() throws Exception {
    List<MatchResult> lines = LINE.matcher(Files.readString(SHIPPED)).results().toList();

    assertThat(lines)
        .extracting(line -> line.group(1) + " = " + line.group(2))
        .containsExactlyElementsOf(
            Catalog.ALL.stream()
                .map(setting -> setting.key() + " = " + setting.standard().example())
                .toList());
  }

  @Test
  void itSaysNothingUntilALineIsUncommented() throws Exception {
    assertThat(load(SHIPPED).effective())
        .extracting(each -> each.origin().text())
        .containsOnly("default");
  }

  @Test
  void eachLineCanBeUncommentedAlone() throws Exception {
    for (MatchResult line : LINE.matcher(Files.readString(SHIPPED)).results().toList()) {
      Path file = folder.resolve("zkrun.conf");
      Files.writeString(file, line.group().substring(1) + "\n");

      assertThat(load(file).effective())
          .filteredOn(each -> each.origin().source() == Origin.Source.FILE)
          .extracting(Effective::key)
          .containsExactly(line.group(1));
    }
  }

  @Test
  void everySettingSaysWhatItTakes() throws Exception {
    String text = Files.readString(SHIPPED);

    assertThat(Catalog.ALL)
        .allSatisfy(
            setting ->
                assertThat(text)
                    .contains(
                        "# "
                            + setting.meaning().replace("\n", "\n# ")
                            + "\n# Takes "
                            + setting.kind().expected()
                            + ".\n"));
  }

  private Settings load(Path file) throws MistakenSettingsException {
    FixedMachine machine = new FixedMachine("vm1", 4, true);
    Path absolute = file.toAbsolutePath();
    return Settings.load(
        new Sources(absolute, null, folder, Map.of(), Map.of(), List.of(), machine));
  }
}
