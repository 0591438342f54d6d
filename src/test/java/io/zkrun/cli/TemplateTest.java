package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.Escaped;
import java.util.List;
import org.junit.jupiter.api.Test;

class TemplateTest {
  private static final Bytes NASTY = Bytes.utf8("it's $(rm).txt");

  @Test
  void inACommandLineTheValueIsOneWordForTheShell() {
    assertThat(Template.fill(Command.shell("cksum {}"), NASTY))
        .isEqualTo(Command.shell("cksum 'it'\\''s $(rm).txt'"));
  }

  @Test
  void inAnArgvTheValueIsVerbatim() {
    Command argv = new Command.Argv(List.of(Bytes.utf8("cksum"), Bytes.utf8("./{}")));
    assertThat(Template.fill(argv, NASTY))
        .isEqualTo(new Command.Argv(List.of(Bytes.utf8("cksum"), Bytes.utf8("./it's $(rm).txt"))));
  }

  @Test
  void bytesThatAreNoTextSurviveTheWayThroughAString() {
    byte[] bytes = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xe2, (byte) 0x82, (byte) 0xac};
    assertThat(RawText.bytes(RawText.text(bytes))).isEqualTo(Bytes.of(bytes));
    assertThat(Escaped.of(Bytes.of(new byte[] {'a', (byte) 0xff, '\n', 0x1b})))
        .isEqualTo("a\\xff\\n\\x1b");
  }
}
