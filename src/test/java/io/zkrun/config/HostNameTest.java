package io.zkrun.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostNameTest {
  @ParameterizedTest
  @CsvSource({
    "vm1, vm1",
    "VM1.example.org, VM1",
    "vm_1-a, vm_1-a",
    "10.0.0.5, 10.0.0.5",
    "10.0.0.6, 10.0.0.6",
    "7.example.org, 7.example.org",
    "7, 7",
    "web2.dc1, web2",
    "zürich.example.org, z-rich",
    "-vm1, vm1",
    ".vm1, vm1",
    "(none), none-",
    "***, localhost",
    "'', localhost",
  })
  void aWorkerIsNamedAfterItsHost(String host, String name) {
    assertThat(nameOn(host)).isEqualTo(name);
  }

  @Test
  void aNameIsCutToWhatAWorkerMayBeCalled() {
    assertThat(nameOn("v".repeat(200))).isEqualTo("v".repeat(128));
  }

  private static String nameOn(String host) {
    FixedMachine machine = new FixedMachine(host, 1, false);
    return HostName.of(
        new Sources(null, null, Path.of("/"), Map.of(), Map.of(), List.of(), machine));
  }
}
