package io.zkrun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that a file takes from other files. */
class IncludesTest {
  private static final String NOT_THERE =
      "; make that file, correct the name (a relative one starts from the folder of the file that"
          + " includes it) or remove the include";

  @TempDir Path folder;

  private Path conf() {
    return folder.resolve("zkrun.conf");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Sources sources() {
    return new Sources(
        conf(),
        null,
        folder.resolve("elsewhere"),
        Map.of("HOME", "/home/u"),
        Map.of(),
        List.of(),
        new FixedMachine("vm1", 3, false));
  }

  private List<String> settings() throws Exception {
    return Settings.load(sources()).effective().stream()
        .filter(each -> each.origin().source() == Origin.Source.FILE)
        .map(each -> each.key() + " = " + each.value() + " from " + each.origin().text())
        .toList();
  }

  /** One line each, without the folder. */
  private List<String> mistakes() {
    MistakenSettingsException mistaken =
        catchThrowableOfType(MistakenSettingsException.class, () -> Settings.load(sources()));
    return mistaken
        .getMessage()
        .lines()
        .skip(1)
        .map(line -> line.strip().replace(folder + "/", ""))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include \"sub/more.conf\"",
        "include \"sub/more\"",
        "include file(\"sub/more.conf\")",
        "include required(\"sub/more.conf\")",
        "include required(file(\"sub/more.conf\"))",
      })
  void aRelativeNameStartsFromTheFileThatIncludes(String include) throws Exception {
    write("zkrun.conf", "zkrun {\n" + include + "\n}\n");
    write("sub/more.conf", "include file(\"more/most.conf\")\nworker.slots = 7\n");
    write("sub/more/most.conf", "worker.lease = 5s\n");
    assertThat(settings())
        .containsExactlyInAnyOrder(
            "worker.slots = 7 from " + folder.resolve("sub/more.conf") + ":2",
            "worker.lease = 5s from " + folder.resolve("sub/more/most.conf") + ":1");
  }

  @Test
  void anAbsoluteNameAndWhatComesLaterWins() throws Exception {
    write("a.conf", "zkrun.worker { slots = 1, name = a }");
    write("b.conf", "zkrun.worker { slots = 2, lease = 5s }");
    write(
        "zkrun.conf",
        """
        zkrun.worker.name = before
        include "%s"
        include "b.conf"
        zkrun.worker.lease = 6s
        """
            .formatted(folder.resolve("a.conf")));
    assertThat(settings())
        .containsExactlyInAnyOrder(
            "worker.name = a from " + folder.resolve("a.conf") + ":1",
            "worker.slots = 2 from " + folder.resolve("b.conf") + ":1",
            "worker.lease = 6s from " + conf() + ":4");
  }

  /** Without an ending a name stands for all three, as HOCON has it. */
  @Test
  void aNameWithoutAnEnding() throws Exception {
    write("zkrun.conf", "include \"more\"");
    write("more.json", "{\"zkrun\":{\"worker\":{\"slots\":5,\"name\":\"j\"}}}");
    write("more.properties", "zkrun.worker.slots=6\nzkrun.worker.lease=5s\n");
    assertThat(settings())
        .extracting(line -> line.split(" from ")[0])
        .containsExactlyInAnyOrder("worker.slots = 5", "worker.name = j", "worker.lease = 5s");
  }

  @Test
  void whatIsMissingIsToldWithAllElse() throws Exception {
    write(
        "zkrun.conf",
        """
        include "none.conf"
        zkrun {
          worker { slots = many, include required("sub/none") }
          include "more.conf"
        }
        """);
    write("more.conf", "\n\ninclude file(\"none.json\")\nmastr.lost-limit = 1\n");
    assertThat(mistakes())
        .containsExactly(
            "more.conf:3: include \"none.json\": there is no none.json" + NOT_THERE,
            "more.conf:4: mastr.lost-limit = 1: there is no such setting; did you mean"
                + " master.lost-limit?",
            "zkrun.conf:1: include \"none.conf\": there is no none.conf" + NOT_THERE,
            "zkrun.conf:3: include \"sub/none\": there is no sub/none.conf, nor sub/none.json, nor"
                + " sub/none.properties"
                + NOT_THERE,
            "zkrun.conf:3: worker.slots = many: not a number; write a whole number");
  }

  /** It is what the missing file would have said, most likely. */
  @Test
  void whatIsUndefinedForWantOfAnIncludeIsNoMistakeOfItsOwn() throws Exception {
    write("zkrun.conf", "include \"none.conf\"\nzkrun.worker.slots = ${slots}\n");
    assertThat(mistakes()).hasSize(1).first().asString().startsWith("zkrun.conf:1: include");
    write("zkrun.conf", "zkrun.worker.slots = ${slots}\n");
    assertThat(mistakes()).hasSize(1).first().asString().contains("cannot be parsed", "${slots}");
  }

  @Test
  void onlyFilesAreIncluded() throws Exception {
    // It is there, on the class path of this test.
    assertThat(IncludesTest.class.getResource("/simplelogger.properties")).isNotNull();
    write(
        "zkrun.conf",
        """
        include "simplelogger.properties"
        include classpath("simplelogger.properties")
        include url("http://127.0.0.1:9/more.conf")
        include required("file:/etc/more.conf")
        include "sub"
        include "folder.conf"
        include "zkrun.conf/more.conf"
        """);
    Files.createDirectories(folder.resolve("folder.conf"));
    assertThat(mistakes())
        .containsExactly(
            "zkrun.conf:1: include \"simplelogger.properties\": there is no simplelogger.properties"
                + NOT_THERE,
            "zkrun.conf:2: include classpath(\"simplelogger.properties\"): zkrun does not read"
                + " settings from the class path; use include file(\"…\")",
            "zkrun.conf:3: include \"http://127.0.0.1:9/more.conf\": zkrun does not read settings"
                + " from a URL; use include file(\"…\")",
            "zkrun.conf:4: include \"file:/etc/more.conf\": zkrun does not read settings from a"
                + " URL; use include file(\"…\")",
            "zkrun.conf:5: include \"sub\": there is no sub.conf, nor sub.json, nor sub.properties"
                + NOT_THERE,
            "zkrun.conf:6: include \"folder.conf\": folder.conf is no regular file; name one",
            "zkrun.conf:7: include \"zkrun.conf/more.conf\": zkrun.conf/more.conf cannot be read:"
                + " Not a directory");
  }

  @Test
  void whatIsThereButCannotBeUsed() throws Exception {
    write("zkrun.conf", "include \"latin.conf\"\ninclude \"loop.conf\"\ninclude \"broken.conf\"\n");
    Files.write(folder.resolve("latin.conf"), new byte[] {'#', (byte) 0xe4, '\n'});
    Files.createSymbolicLink(folder.resolve("loop.conf"), folder.resolve("loop.conf"));
    write("broken.conf", "zkrun {\n  worker {{\n");
    assertThat(mistakes())
        .hasSize(3)
        .anySatisfy(mistake -> assertThat(mistake).startsWith("broken.conf:2: cannot be parsed: "))
        .contains(
            "zkrun.conf:1: include \"latin.conf\": latin.conf is not UTF-8 text; save it as UTF-8")
        .anySatisfy(
            mistake ->
                assertThat(mistake)
                    .startsWith("zkrun.conf:2: include \"loop.conf\": loop.conf cannot be read: "));
  }

  /** Root, who may run this test, reads everything. */
  @Test
  void whatIsNotOursToReadIsNotCalledMissing() {
    assertThat(FileProblem.of(new AccessDeniedException("x")))
        .isEqualTo("cannot be read: permission denied");
  }

  @Test
  void aCircleIsToldOnce() throws Exception {
    write("zkrun.conf", "zkrun.worker.slots = 2\ninclude \"sub/a.conf\"\n");
    write("sub/a.conf", "include \"../b.conf\"\n");
    write("b.conf", "# b\ninclude \"sub/./a.conf\"\n");
    assertThat(mistakes())
        .containsExactly(
            "sub/../b.conf:2: include \"sub/./a.conf\": a file cannot include itself: sub/a.conf"
                + " includes sub/../b.conf includes sub/../sub/./a.conf");
    write("sub/a.conf", "include \"link.conf\"\n");
    Files.createSymbolicLink(folder.resolve("sub/link.conf"), conf());
    assertThat(mistakes())
        .containsExactly(
            "sub/a.conf:1: include \"link.conf\": a file cannot include itself: zkrun.conf includes"
                + " sub/a.conf includes sub/link.conf");
  }

  /** That is no circle. */
  @Test
  void aFileMayBeIncludedTwice() throws Exception {
    write("zkrun.conf", "include \"a.conf\"\ninclude \"b.conf\"\n");
    write("a.conf", "include \"b.conf\"\n");
    write("b.conf", "zkrun.worker.slots = 2\n");
    assertThat(settings()).containsExactly("worker.slots = 2 from " + folder.resolve("b.conf:1"));
  }

  @Test
  void theLineIsThatOfTheStatement() throws Exception {
    write(
        "zkrun.conf",
        """
        # include "none.conf"
        // include "none.conf"
        a = "include \\"none.conf\\"", b = ""\"
        include "none.conf"
        ""\", c = include "none.conf", d = x // include "none.conf"
        "include" = "none.conf"
        zkrun {}, include
          "none.conf"
        """);
    assertThat(mistakes())
        .filteredOn(mistake -> mistake.contains("there is no none.conf"))
        .containsExactly("zkrun.conf:7: include \"none.conf\": there is no none.conf" + NOT_THERE);
  }

  @Test
  void aNameIsNoWayToSpeakToTheTerminal() throws Exception {
    write("zkrun.conf", "\n\ninclude \"a\\u001b[2J.conf\"");
    assertThat(mistakes())
        .containsExactly(
            "zkrun.conf:3: include \"a?[2J.conf\": there is no a?[2J.conf" + NOT_THERE);
  }

  @Test
  void severalOfOneNameEachHaveTheirLine() throws Exception {
    write("zkrun.conf", "include \"x.conf\"\n\nzkrun { include \"x.conf\" }\ninclude \"//x.conf\"");
    assertThat(mistakes())
        .extracting(mistake -> mistake.split(" ", 2)[0])
        .containsExactly("zkrun.conf:1:", "zkrun.conf:3:", "zkrun.conf:4:");
  }
}
