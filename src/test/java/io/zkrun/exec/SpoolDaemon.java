package io.zkrun.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.RunEnd;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A daemon that does nothing but hold a spool; told what to do on its standard input. */
final class SpoolDaemon {
  private SpoolDaemon() {}

  public static void main(String[] args) throws Exception {
    Spool spool;
    try {
      spool = Spool.open(SpoolSettings.of(Path.of(args[0])));
    } catch (SpoolException e) {
      say("refused " + e.getMessage());
      return;
    }
    say("open " + spool.found().stream().map(run -> run.key().taskCzxid()).sorted().toList());
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        obey(spool, line.split(" ", 4));
      }
    }
  }

  private static void obey(Spool spool, String[] words) {
    int number = Integer.parseInt(words[1]);
    switch (words[0]) {
      case "shell" -> start(spool, number, words[2], Command.shell(words[3]));
      case "argv" -> {
        List<Bytes> argv = Stream.of(words[3].split("\\|")).map(Bytes::utf8).toList();
        start(spool, number, words[2], new Command.Argv(argv));
      }
      case "adopt" -> spool.adopt(RunFixture.key(number), new Told(number));
      case "delivered" -> spool.delivered(RunFixture.key(number));
      case "lease" -> {
        String up = RunFolder.read(Path.of("/proc/uptime")).split(" ")[0];
        long now = (long) (Double.parseDouble(up) * 1000);
        spool.deadline(now + number, now + Long.parseLong(words[2]));
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static void start(Spool spool, int number, String onLost, Command command) {
    spool.start(
        RunFixture.request(number, command, Map.of(), OnLost.valueOf(onLost)), new Told(number));
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private record Told(int number) implements Spool.Listener {
    @Override
    public void started(long pid, Instant at) {
      say("started " + number + " " + pid);
    }

    @Override
    public void ended(RunEnd end) {
      if (end.reason() != null) {
        say("reason " + number + " " + end.reason());
      }
      say("ended " + number + " " + end.outcome() + " " + end.exitCode() + " " + end.signal());
    }
  }
}
