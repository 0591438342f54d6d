package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
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
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "http://user:hunter2@host/push      | http://(hidden)@host/push",
        "get https://u:p/w@host/?a@b c@d    | get https://(hidden)@b c@d",
        "https://u:p@q:r@host/ x            | https://(hidden)@host/ x",
        "https://u:aa,password=bb@host/     | https://(hidden)@host/",
        "https://tok3n@host                 | https://(hidden)@host",
        "https://host/a?b=c mail@x          | https://host/a?b=c mail@x",
        "server.1=vm1:2888:3888             | server.1=vm1:2888:3888",
        "connect: key=a password=b          | connect: key=(hidden) password=(hidden)",
        "java --password x -Dx.token=a serv | java --password (hidden) -Dx.token=(hidden)",
        "the password is asked for          | the password is asked for",
        "password=ab,cd                     | password=(hidden)",
        "password=ab;cd                     | password=(hidden)",
        "a password = two words             | a password = (hidden)",
        "password = two words user=bob      | password = (hidden) user=bob",
        "password = two words --user bob    | password = (hidden) --user bob",
        "password = two -x ---- -----BEGIN  | password = (hidden)",
        "password= user=bob x=y             | password= (hidden) x=y",
        "passwd='two words'                 | passwd=(hidden)",
        "passwd='two x=words' y=z           | passwd=(hidden) y=z",
        "passwd='it'\\''s x=y' z=a          | passwd=(hidden)",
        "passwd=\"two\\\" x=words\" y=z     | passwd=(hidden) y=z",
        "passwd=it's x=y                    | passwd=(hidden)",
        "-Dssl.keyStorePassword=p,q -Da=b   | -Dssl.keyStorePassword=(hidden) -Da=b",
        "token: Bearer abc                  | token: (hidden)",
        "token: Bearer abc= d== e           | token: (hidden)",
        "password:=x                        | password:(hidden)",
        "password=                          | password=",
        "{\"password\":\"a\\\"b c\",\"u\":1} | {\"password\":(hidden),\"u\":1}",
        "{\"password\" : \"a\"}             | {\"password\" : (hidden)}",
        "{\"password\": \"a\" b\", \"u\":1} | {\"password\": (hidden)",
        "{\"password\":[\"a\",\"b\"],\"u\":1} | {\"password\":(hidden)",
        "{'password': 'a, b', 'u': 1}       | {'password': (hidden), 'u': 1}",
        "\"{\\\"password\\\":\\\"a b=c\\\"}\" | \"{\\\"password\\\":(hidden)",
      })
  void inAnyText(String text, String shown) {
    assertThat(Secrets.withoutSecrets(text)).isEqualTo(shown);
  }

  @Test
  void theNextLineIsShown() {
    assertThat(Secrets.withoutSecrets("a\npassword: b c\nd")).isEqualTo("a\npassword: (hidden)\nd");
    assertThat(Secrets.withoutSecrets("password:\n  b c\nd")).isEqualTo("password:\n  (hidden)\nd");
  }

  @Test
  void inACommandLineTheOtherWordsAreShown() {
    assertThat(
            Secrets.commandLine(
                List.of(
                    "java",
                    "-Dkeystore.password=two words=x --y",
                    "-cp",
                    "a:b",
                    "--token",
                    "-x y",
                    "password:",
                    "z",
                    "--header",
                    "my token: Bearer abc",
                    "http://u:p@h",
                    "Main",
                    "--key")))
        .isEqualTo(
            "java -Dkeystore.password=(hidden) -cp a:b --token (hidden) password: (hidden)"
                + " --header my token: (hidden) http://(hidden)@h Main --key");
  }

  /** What took minutes where each character was looked at once for every other one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "-",
        "x-",
        "password",
        "password ",
        "password=",
        "password=a ",
        "password='",
        "password='a\\",
        "password=\\\"",
        "password=a x=b ",
        "--password ",
        "\"password\":\"a\" ",
        "\"password\":\"a\",",
        "\"password\"",
        "://",
        "://a:",
        "://a:b@",
        "x://a ",
        " ",
        "a \t",
        "\\",
        "'",
        "=",
        "a=",
        "\n",
      })
  void anyTextTakesTimeByItsLength(String part) {
    String text = part.repeat((1 << 20) / part.length());
    for (String all : List.of(text, "password=" + text, "password" + text, "-x " + text + "=")) {
      assertTimeoutPreemptively(
          Duration.ofMinutes(1),
          () -> {
            assertThat(Secrets.withoutSecrets(all)).isNotNull();
            assertThat(Secrets.commandLine(List.of(all, all))).isNotNull();
          });
    }
  }

  @Test
  void anEmptyValueIsShownAsSuch() {
    assertThat(Secrets.shown("password", "")).isEmpty();
  }
}
