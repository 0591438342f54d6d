package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTest {
  private static final String ID = "1f0e";

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void isFoundAmongOtherVariables(boolean hold, boolean leaves) {
    Cookie cookie = new Cookie(ID, hold, leaves, "a-b-task-0000000001");
    String environ = "HOME=/\0" + Cookie.VARIABLE + "=" + cookie.text() + "\0PATH=/bin\0";
    assertThat(Cookie.in(environ, ID)).isEqualTo(cookie);
    assertThat(Cookie.in(environ, "1f0")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "XZKRUN_COOKIE=1f0e/lease/a-b-c\0",
        "X=\nZKRUN_COOKIE=1f0e/lease/a-b-c\0",
        "ZKRUN_COOKIE=1f0e/lease/a-b-c",
        "ZKRUN_COOKIE=1f0e/lease/../a-b-c\0",
        "ZKRUN_COOKIE=1f0e/other/a-b-c\0",
        "ZKRUN_COOKIE=1f0e/a-b-c\0",
        "ZKRUN_COOKIE=2f0e/lease/a-b-c\0",
        ""
      })
  void isAWholeVariable(String environ) {
    assertThat(Cookie.in(environ, ID)).isNull();
  }

  /** A command may start a worker, and that one commands. */
  @Test
  void isTheFirstOfItsSpool() {
    String environ =
        "ZKRUN_COOKIE=2f0e/lease/x\0ZKRUN_COOKIE=1f0e/hold/y\0ZKRUN_COOKIE=1f0e/hold/z\0";
    assertThat(Cookie.in(environ, ID)).isEqualTo(new Cookie(ID, true, false, "y"));
  }

  /** No more than a name that is none of ours. */
  @Test
  void whatFollowsALineFeedIsPartOfIt() {
    String environ = "ZKRUN_COOKIE=1f0e/lease/a\n/proc/1/environ:ZKRUN_COOKIE=1f0e/lease/b\0";
    assertThat(Cookie.in(environ, ID)).isNull();
  }
}
