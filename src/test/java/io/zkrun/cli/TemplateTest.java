package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.Escaped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A line is one word for the shell, whatever it holds and wherever its place stands. */
class TemplateTest {
  private static final Bytes NASTY = Bytes.utf8("it's $(rm).txt");

  /** Each would make the file {@code ran} where the shell reads it as more than a word. */
  private static final List<String> HOSTILE =
      List.of(
          "$(>ran)",
          "`>ran`",
          "; >ran",
          "'; >ran; '",
          "\"; >ran; \"",
          "\n>ran\n",
          "')\"\n>ran\n",
          "x'$(>ran)'\"$(>ran)\"`>ran`\n>ran\n#",
          "}; >ran; {",
          "\\' >ran \\",
          "EOF\n>ran\n",
          "a b  c",
          "*",
          "-n",
          "");

  private static final List<String> SHELLS =
      Stream.of("/bin/sh", "/bin/bash", "/bin/dash")
          .filter(shell -> Files.isExecutable(Path.of(shell)))
          .toList();

  @TempDir Path dir;

  private static Template template(String line) {
    return Template.of(Command.shell(line));
  }

  private static Command argv(String... words) {
    return new Command.Argv(Arrays.stream(words).map(Bytes::utf8).toList());
  }

  /** At blanks outside of single quotes. */
  private static String[] words(String line) {
    return Arrays.stream(line.split(" (?=(?:[^']*'[^']*')*[^']*$)"))
        .map(word -> word.replace("'", ""))
        .toArray(String[]::new);
  }

  /** What the shell prints; fails where it has made something out of the line. */
  private String run(String shell, Command command) throws Exception {
    Path out = Files.createTempFile(dir, "out", "");
    Path folder = Files.createTempDirectory(dir, "run");
    Process process =
        new ProcessBuilder(shell, "-c", ((Command.Shell) command).line().lossy())
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    try {
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(folder.resolve("ran")).as("%s in %s", command, shell).doesNotExist();
    return Files.readString(out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "printf '<%s>' {}",
        "printf '<%s>' \"\"{}\"\"",
        "echo 'it'\\''s' \"$(date \"+%F\" | tr '\"' x)\" >/dev/null; printf '<%s>' {}",
        "a=$(printf '<%s>' {}; echo x); printf %s \"${a%x*}\" | sed '$d'; printf '<%s>' {}",
        "case {} in '') ;; esac; printf '<%s>' {}",
        "# it's a comment (\"\nprintf '<%s>' {}",
        "echo $# ${#PATH} \"$#\" >&2; printf '<%s>' {}",
        "n=`echo 1` m=\"`echo 2`\" k=$((1 + (2 * 3))); printf '<%s>' {}",
        "printf \\\n '<%s>' {}",
        "echo \\\" \\\\ \"a\\\"b\" >&2; printf '<%s>' {}",
        "printf '<%s>' {} ; cat >/dev/null <<EOF\n$(echo x) \"'\nEOF",
        "(printf '<%s>' {})",
        "printf '<%s>' \"$(printf '%s.' {})\" >/dev/null; printf '<%s>' {}",
        "v={}; printf '<%s>' \"$v\"",
        "if true; then printf '<%s>' {}; fi # done",
        "kill -0 $$ && echo $? \"$?(\" $1 $-$* >&2; printf \"%s$$\" {} >/dev/null; printf '<%s>' {}",
        "[ -n {} ] || [ ! {} ]; ls x[0-9]* x[[:alpha:]] 2>&1 | tr -d x; printf '<%s>' {}",
      })
  void whereItStandsBareEveryLineIsOneWord(String line) throws Exception {
    for (String shell : SHELLS) {
      for (String value : HOSTILE) {
        String printed = run(shell, template(line).fill(Bytes.utf8(value)));
        assertThat(printed).as("%s with %s in %s", line, value, shell).endsWith("<" + value + ">");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '^',
      value = {
        "echo \"{}\"                             @ 7  @ in double quotes",
        "echo \"a $(cat {}) \"{} \"{}\"          @ 24 @ in double quotes",
        "echo \"$(echo \"{}\")\"                 @ 15 @ in double quotes",
        "echo '{}'                               @ 7  @ in single quotes",
        "echo ümläut '{}'                        @ 14 @ in single quotes",
        "echo \\{}                               @ 7  @ behind a backslash",
        "echo \"\\{}\"                           @ 8  @ behind a backslash",
        "true # {}                               @ 8  @ in a comment",
        "(#{}                                    @ 3  @ in a comment",
        "echo ${}                                @ 7  @ behind a $",
        "echo ${x:-{}}                           @ 11 @ in or behind a ${…}",
        "echo \"${x:-\"{}\"}\"                   @ 13 @ in or behind a ${…}",
        "echo $(({} + 1))                        @ 9  @ in or behind a $((…))",
        "((x={}))                                @ 5  @ in or behind ((",
        "echo `cat {}`                           @ 11 @ in or behind backquotes",
        "echo $'{}'                              @ 8  @ in or behind $'…'",
        "cat <<E {}                              @ 9  @ in or behind a here-document",
        "echo \"$(case a in a) echo \"{}\";; esac)\" @ 28 @ behind a 'case'",
        "echo {} $x '{}' {}                      @ 13 @ in single quotes",
        "echo \"/tmp/x.$$(cat {})\"             @ 21 @ in or behind a $$ and a bracket",
        "echo \"$?(cat {})\"                    @ 14 @ in double quotes",
        "echo \"$1(cat {})\"                    @ 14 @ in double quotes",
        "echo \"$!$*$-$#(cat {})\"              @ 20 @ in double quotes",
        "echo $${`{}`}                           @ 10 @ in or behind a $$ and a bracket",
        "echo \"$$\\[ 1 ]\" \"$$\"{} $$'{}'    @ 27 @ in or behind a $$ and a",
        "echo \"${ echo #}\" {}                 @ 19 @ in or behind a ${…}",
        "echo $[ {} ]                            @ 9  @ in or behind $[",
        "echo \"$[ 1 ]\" {}                     @ 15 @ in or behind $[",
        "a[{}]=1                                 @ 3  @ in or behind the [ of a subscript",
        "b=1 a[x+{}]+=1                          @ 9  @ in or behind the [ of a subscript",
        "a[$x]=1; echo {}                        @ 15 @ in or behind the [ of a subscript",
        "a[ # ]=1 {}                             @ 10 @ in or behind the [ of a subscript",
        "a=(b [ {} ]=1)                          @ 8  @ in or behind =(",
      })
  void whereALineCouldBecomeMoreItIsRefusedWithItsPosition(String line, int at, String where) {
    assertThatThrownBy(() -> template(line))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("{} at character " + at + " of the command stands " + where)
        .hasMessageContaining("write {} outside quotes")
        .hasMessageContaining("-- sh -c 'COMMAND with \"$1\"' sh {}");
  }

  @Test
  void theBodyOfAHereDocumentIsRefused() {
    assertThatThrownBy(() -> template("cat <<EOF\n{}\nEOF")).hasMessageContaining("here-document");
    assertThatThrownBy(() -> template("cat <\\\n<EOF\n{}\nEOF"))
        .hasMessageContaining("here-document");
  }

  @Test
  void shellsDifferOverADollarAtTheEndOfALine() {
    for (String line :
        List.of("echo \"$\\\n(echo \"{}\")\"", "echo \"$\\\n$(cat {})\"", "echo $\\\n[{}]")) {
      assertThatThrownBy(() -> template(line))
          .hasMessageContaining("in or behind a $ that goes on in the next line");
    }
    assertThatThrownBy(() -> template("a\\\n[{}]=1")).hasMessageContaining("the [ of a subscript");
  }

  /** Whatever the scan lets through, real shells read as it does. */
  @Test
  void noMixtureOfQuotesLetsALineOut() throws Exception {
    String[] parts = {
      "'",
      "\"",
      "\\",
      "$(",
      ")",
      "`",
      "#",
      " ",
      "\n",
      "case x in x) ",
      " esac",
      "${x:-",
      "}",
      "${x}",
      "$",
      "$((",
      "))",
      "(",
      ";",
      "<<E\n",
      "E\n",
      ": ",
      "\\\n",
      "{}",
      "{}",
      "{}",
      "1",
      "$'",
      "&& ",
      "$$",
      "$?",
      "$1",
      "$\\\n",
      "$[",
      "a[",
      "a=(",
      "[ ",
      "]"
    };
    Random random = new Random(20);
    int filled = 0;
    while (filled < 400) {
      StringBuilder line = new StringBuilder(": ");
      for (int left = 2 + random.nextInt(9); left > 0; left--) {
        line.append(parts[random.nextInt(parts.length)]);
      }
      if (line.indexOf("{}") < 0 || line.chars().filter(c -> "'\"`$".indexOf(c) >= 0).count() < 2) {
        continue;
      }
      try {
        Template template = template(line.toString());
        filled++;
        String value =
            HOSTILE.get(7).substring(random.nextInt(2)) + HOSTILE.get(random.nextInt(11));
        Object unused = run(SHELLS.get(filled % SHELLS.size()), template.fill(Bytes.utf8(value)));
      } catch (UsageException e) {
        // the others are for the tests above
      }
    }
  }

  @Test
  void inACommandLineTheValueIsOneWordForTheShell() {
    assertThat(template("cksum {}").fill(NASTY))
        .isEqualTo(Command.shell("cksum 'it'\\''s $(rm).txt'"));
  }

  @Test
  void inAnArgvTheValueIsVerbatim() {
    assertThat(Template.of(argv("cksum", "./{}", "{}{}")).fill(NASTY))
        .isEqualTo(argv("cksum", "./" + NASTY, NASTY + "" + NASTY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sh -c 'cat {}'",
        "/bin/bash -ec 'cat {}'",
        "env A=1 bash -x -c 'cat {}'",
        "sh -c -- 'cat {}'",
        "sh -c -- '-cat {}'",
        "sh -c - '-cat {}'",
        "sh -c -x 'cat {}'",
        "bash -c -e -u 'cat {}'",
        "bash -c +x 'cat {}'",
        "bash +c 'cat {}'",
        "bash -c -o pipefail 'cat {}'",
        "bash -euo pipefail -c 'cat {}'",
        "bash -ceuo pipefail 'cat {}'",
        "bash -cO extglob +oO posix nullglob 'cat {}'",
        "zsh -0c 'cat {}'",
        "rbash -c 'cat {}'",
        "/bin/bash5 -c 'cat {}'",
        "bash-5.2 -c 'cat {}'",
        "bash-static -c 'cat {}'",
        "sh.distrib -c 'cat {}'",
        "ksh93u+ -c 'cat {}'",
        "tcsh -c 'cat {}'",
        "busybox sh -c 'cat {}'",
        "fish '-ccat {}'",
        "fish --command 'cat {}'",
        "fish '--init-command=cat {}' x",
        "sh -c 'true \"$1\"' sh bash -c -e 'cat {}'",
      })
  void theTextOfAShellInAnArgvIsRefused(String words) {
    assertThatThrownBy(() -> Template.of(argv(words(words))))
        .hasMessageContaining("give {} as a further");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sh -c {}",
        "sh -c -e -- {}",
        "sh -c 'cat \"$1\"' sh ./{}",
        "bash -euo pipefail -c 'cat \"$1\"' bash ./{} -x",
        "bash -c -o pipefail -- 'cat \"$1\"' bash -{}",
        "bash ./{}",
        "bash script.sh --class x{} -Dsrc=./{} -C ./{}",
        "finish -c x{}",
        "./deploy.sh -c x{}",
      })
  void anArgumentOfAShellMayHoldThem(String words) {
    assertThat(Template.of(argv(words(words))).fill(Bytes.utf8("$(rm).txt")))
        .isEqualTo(argv(words(words.replace("{}", "$(rm).txt"))));
  }

  @Test
  void bytesThatAreNoTextSurviveTheWayThroughAString() throws IOException {
    byte[] bytes = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xe2, (byte) 0x82, (byte) 0xac};
    assertThat(RawText.bytes(RawText.text(bytes))).isEqualTo(Bytes.of(bytes));
    assertThat(RawText.isRaw(RawText.text(bytes))).isTrue();
    assertThat(RawText.isRaw(RawText.text("ä€\ud83d\ude00".getBytes(StandardCharsets.UTF_8))))
        .isFalse();
    assertThat(Escaped.of(Bytes.of(new byte[] {'a', (byte) 0xff, '\n', 0x1b})))
        .isEqualTo("a\\xff\\n\\x1b");
  }
}
