package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a secret, by its name, and how it is kept out of what is shown. */
class SecretsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl.keyStore.password",
        "ssl.quorum.trustStore.password",
        "SASLAuthenticationProvider.superPassword",
        "DigestAuthenticationProvider.superDigest",
        "metricsProvider.auth_token",
        "metricsProvider.apiKey",
        "metricsProvider.privateKey",
        "db.passwd",
        "db-pwd",
        "clientSecret",
        "oauth.credentials",
        "DB_PASS",
        "keystorepassword",
      })
  void aSecret(String name) {
    assertThat(Secrets.isSecret(name)).isTrue();
    assertThat(Secrets.shown(name, "hunter2")).isEqualTo("(hidden)");
    for (String divider : new String[] {"=", " = ", ": ", "=\""}) {
      assertThat(Secrets.withoutSecrets("a=1 -D" + name + divider + "hunter2 b"))
          .startsWith("a=1 -D" + name)
          .contains("(hidden)")
          .doesNotContain("hunter2");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl.keyStore.passwordPath",
        "ssl.keyStore.location",
        "ssl.keyStore.type",
        "DigestAuthenticationProvider.digestAlg",
        "DigestAuthenticationProvider.enabled",
        "connection_throttle_tokens",
        "digest.enabled",
        "dataDir",
        "server.1",
        "zookeeper.connect",
        "passes",
      })
  void noSecret(String name) {
    assertThat(Secrets.isSecret(name)).isFalse();
    assertThat(Secrets.shown(name, "value")).isEqualTo("value");
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:hunter2@host/push, http://(hidden)@host/push",
    "server.1=vm1:2888:3888, server.1=vm1:2888:3888",
    "connect: key=a password=b, connect: key=(hidden) password=(hidden)",
    "java --password hunter2 -Dx.token=a server, java --password (hidden) -Dx.token=(hidden) server",
    "the password is asked for, the password is asked for",
  })
  void inAnyText(String text, String shown) {
    assertThat(Secrets.withoutSecrets(text)).isEqualTo(shown);
  }

  @Test
  void anEmptyValueIsShownAsSuch() {
    assertThat(Secrets.shown("password", "")).isEmpty();
  }
}
