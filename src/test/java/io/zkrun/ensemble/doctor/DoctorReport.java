package io.zkrun.ensemble.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What {@code zkrun doctor --output json} has said. */
record DoctorReport(Ran ran) {
  @SuppressWarnings("unchecked")
  List<Map<String, Object>> findings(String severity) {
    try {
      Map<String, Object> document = JSON.std.mapFrom(ran.stdout());
      assertThat(document).containsEntry("schema", 1).containsKey("checks");
      return ((List<Map<String, Object>>) document.get("findings"))
          .stream().filter(each -> each.get("severity").equals(severity)).toList();
    } catch (IOException e) {
      throw new AssertionError(ran.toString(), e);
    }
  }

  /** Exactly these errors, and the exit code that goes with them. */
  DoctorReport assertErrors(String... codes) {
    assertThat(findings("error"))
        .as("%s", ran)
        .extracting(each -> each.get("code"))
        .containsExactly((Object[]) codes);
    assertThat(ran.code()).isEqualTo(codes.length == 0 ? 0 : 1);
    assertThat(ran.stderr()).isEmpty();
    return this;
  }

  /** Exactly one error, with these words, and a way to mend it. */
  void assertError(String code, String... words) {
    assertErrors(code);
    Map<String, Object> error = findings("error").get(0);
    assertThat(error.get("message") + " " + error.get("evidence")).contains(words);
    assertThat((String) error.get("mend")).isNotBlank();
  }

  /** Nothing is wrong, and all was seen. */
  void assertSound() {
    assertErrors();
    assertThat(findings("warning")).as("%s", ran).isEmpty();
    assertThat(findings("unseen")).as("%s", ran).isEmpty();
    assertThat(ran.stdout()).contains("\"verdict\":\"healthy\"");
  }
}
