package io.zkrun;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Every test that {@code guarantees.md} names is there. */
class GuaranteesTest {
  private static final Path PAGE = Path.of("src/docs/guarantees.md");
  private static final Path TESTS = Path.of("src/test/java");

  /** {@code Class.method}, or {@code package.Class.method} where two classes have one name. */
  private static final Pattern NAMED =
      Pattern.compile("`(?:(\\w+)\\.)?(\\w+(?:IT|Test))\\.(\\w+)`");

  private static Stream<MatchResult> found() throws IOException {
    return NAMED.matcher(Files.readString(PAGE)).results();
  }

  static List<String> named() throws IOException {
    return found().map(MatchResult::group).distinct().toList();
  }

  @Test
  void thePageNamesTests() throws IOException {
    assertThat(named()).hasSizeGreaterThan(20);
  }

  @ParameterizedTest
  @MethodSource("named")
  void theTestIsThere(String name) throws Exception {
    MatchResult parts = found().filter(each -> each.group().equals(name)).findFirst().orElseThrow();
    List<Path> sources = sources(parts.group(1), parts.group(2));
    assertThat(sources).as("classes of that name").hasSize(1);
    String type =
        TESTS.relativize(sources.get(0)).toString().replace(".java", "").replace('/', '.');
    Method[] methods = Class.forName(type).getDeclaredMethods();
    assertThat(Arrays.stream(methods).filter(GuaranteesTest::isTest).map(Method::getName))
        .contains(parts.group(3));
  }

  private static boolean isTest(Method method) {
    return AnnotationSupport.isAnnotated(method, Testable.class);
  }

  private static List<Path> sources(String folder, String type) throws IOException {
    String end = (folder == null ? "" : folder + "/") + type + ".java";
    try (Stream<Path> files = Files.walk(TESTS)) {
      return files.filter(file -> file.toString().endsWith("/" + end)).toList();
    }
  }
}
