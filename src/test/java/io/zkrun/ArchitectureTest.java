package io.zkrun;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.commons.exec.launcher.CommandLauncher;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may use whom: the packages' own doc comments, held to. */
class ArchitectureTest {
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.zkrun");

  /** What each package may use of the others; {@code cli} wires everything and is not listed. */
  private static final Map<String, List<String>> MAY_USE =
      new TreeMap<>(
          Map.ofEntries(
              entry("core", List.of()),
              entry("znode", List.of("core")),
              entry("zk", List.of("core", "znode")),
              entry("exec", List.of("core")),
              entry("metrics", List.of("core")),
              entry("config", List.of("core")),
              entry("master", List.of("core", "znode", "exec", "metrics")),
              entry("worker", List.of("core", "znode", "exec", "metrics")),
              entry("client", List.of("core", "znode")),
              entry("ensemble", List.of("core", "config", "client")),
              entry("verify", List.of("core", "znode", "client", "exec", "ensemble")),
              entry("sabotage", List.of("core", "znode", "worker"))));

  static List<String> packages() {
    return List.copyOf(MAY_USE.keySet());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void usesOnlyWhatItMay(String name) {
    List<String> allowed = new ArrayList<>(List.of(in(name)));
    MAY_USE.getOrDefault(name, List.of()).forEach(other -> allowed.add(in(other)));
    DescribedPredicate<JavaClass> others =
        resideInAPackage("io.zkrun..").and(not(resideInAnyPackage(allowed.toArray(String[]::new))));
    check(
        noClasses()
            .that()
            .resideInAPackage(in(name))
            .should()
            .dependOnClassesThat(others.as("are of packages other than %s", allowed)));
  }

  @Test
  void everyPackageIsKnown() {
    assertThat(PRODUCT)
        .extracting(JavaClass::getPackageName)
        .allSatisfy(
            name ->
                assertThat(name.split("\\.")[2])
                    .as("package %s", name)
                    .matches(top -> top.equals("cli") || MAY_USE.containsKey(top)));
  }

  @Test
  void noCycles() {
    check(slices().matching("io.zkrun.(*)..").should().beFreeOfCycles());
  }

  /** Each outside library has one package that knows it. */
  @ParameterizedTest
  @CsvSource({
    "org.apache.zookeeper.., zk, ensemble",
    "org.apache.zookeeper.server.., ensemble, ensemble",
    "org.apache.commons.exec.., exec, exec",
    "com.typesafe.config.., config, config",
    "com.codahale.metrics.., metrics, metrics",
    "com.fasterxml.jackson.., znode, znode",
    "picocli.., cli, cli",
  })
  void libraryHasOneUser(String library, String user, String otherUser) {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(in(user), in(otherUser))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(library));
  }

  @Test
  void coreHoldsValuesAndDecisionsAlone() {
    check(
        classes()
            .that()
            .resideInAPackage(in("core"))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                        in("core"),
                        "java.lang",
                        "java.lang.annotation",
                        "java.lang.runtime",
                        "java.math",
                        "java.nio",
                        "java.nio.charset",
                        "java.time..",
                        "java.util",
                        "java.util.function",
                        "java.util.regex",
                        "java.util.stream",
                        "org.jspecify.annotations")
                    // Arrays and primitives.
                    .or(resideInAPackage(""))));
  }

  @Test
  void coreHasNoClockNoChanceNoThreads() {
    check(
        noClasses()
            .that()
            .resideInAPackage(in("core"))
            .should()
            .dependOnClassesThat(
                type(Clock.class)
                    .or(type(Random.class))
                    .or(assignableTo(Thread.class))
                    .or(type(Runtime.class))
                    .or(type(ProcessHandle.class)))
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(UUID.class, "randomUUID"));
  }

  @Test
  void stateHasOneThreadAndSoNoLocks() {
    String[] loops = {in("core"), in("master"), in("worker")};
    check(
        noClasses()
            .that()
            .resideInAnyPackage(loops)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.concurrent.locks..", "java.util.concurrent.atomic.."));
    assertThat(PRODUCT.that(resideInAnyPackage(loops)))
        .flatExtracting(JavaClass::getMethods)
        .noneMatch(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED));
  }

  @Test
  void commandsStartInTheLauncherAlone() {
    check(
        noClasses()
            .that(
                not(resideInAPackage(in("exec")).and(assignableTo(CommandLauncher.class)))
                    .as("are no launcher of commons-exec"))
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ProcessBuilder.class)
            .orShould()
            .callMethodWhere(
                DescribedPredicate.describe(
                    "Runtime.exec is called",
                    call ->
                        call.getTargetOwner().isEquivalentTo(Runtime.class)
                            && call.getName().equals("exec"))));
  }

  @Test
  void everyPackageIsNullMarkedInItsPackageInfo() {
    assertThat(PRODUCT)
        .extracting(JavaClass::getPackage)
        .allSatisfy(
            each ->
                assertThat(each.isAnnotatedWith(NullMarked.class))
                    .as("package-info of %s is @NullMarked", each.getName())
                    .isTrue());
  }

  /** A rule that can't fail holds nothing: the same import, and a rule that is broken. */
  @Test
  void aBrokenRuleIsSeen() {
    assertThatThrownBy(
            () ->
                noClasses()
                    .that()
                    .resideInAPackage(in("znode"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(in("core"))
                    .check(PRODUCT))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.zkrun.core");
  }

  private static String in(String name) {
    return "io.zkrun." + name + "..";
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(PRODUCT);
  }
}
