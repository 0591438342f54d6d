package io.zkrun.core;

import java.util.Map;
import java.util.stream.Collectors;

/** Why a task has not started: decided by the code that places tasks, with the numbers in it. */
public sealed interface Waiting {
  /** One word for programs. */
  String code();

  /** One sentence for people. */
  String message();

  /** Whether it passes by itself, so that nobody has to do anything. */
  default boolean passes() {
    return false;
  }

  /** Nobody hands out tasks. */
  record NoMaster() implements Waiting {
    @Override
    public String code() {
      return "noMaster";
    }

    @Override
    public String message() {
      return "no master leads; start one with 'zkrun master'";
    }
  }

  /** A znode that a person made stands at {@code /master}, so that no zkrun master acts. */
  record MasterByHand(String data) implements Waiting {
    @Override
    public String code() {
      return "masterByHand";
    }

    @Override
    public String message() {
      return "/master was made by hand ('" + data + "'); no zkrun master acts while it stands";
    }
  }

  record NoWorkers() implements Waiting {
    @Override
    public String code() {
      return "noWorkers";
    }

    @Override
    public String message() {
      return "no worker is up; start one with 'zkrun worker'";
    }
  }

  /**
   * @param workers how many are up
   */
  record NoWorkerWithLabel(Map<String, String> requires, int workers) implements Waiting {
    @Override
    public String code() {
      return "noWorkerWithLabel";
    }

    @Override
    public String message() {
      return "none of the " + count(workers, "worker") + " that are up has " + labels(requires);
    }
  }

  /**
   * @param workers how many could run it, but for a drain
   */
  record Draining(int workers) implements Waiting {
    @Override
    public String code() {
      return "draining";
    }

    @Override
    public String message() {
      return "all " + count(workers, "worker") + " that could run it take nothing new (drained)";
    }
  }

  /**
   * @param workers how many could run it, but for what is wrong with their hosts
   * @param example what one of them says
   */
  record NoneReady(int workers, String example) implements Waiting {
    @Override
    public String code() {
      return "workersNotReady";
    }

    @Override
    public String message() {
      String who =
          workers == 1
              ? "the worker that could run it takes"
              : "all " + count(workers, "worker") + " that could run it take";
      return who + " nothing new for now: " + Escaped.of(example);
    }
  }

  /**
   * @param workers how many could run it
   * @param slots how many slots they have together
   */
  record AllSlotsBusy(int workers, int slots) implements Waiting {
    @Override
    public String code() {
      return "allSlotsBusy";
    }

    @Override
    public boolean passes() {
      return true;
    }

    @Override
    public String message() {
      return "all " + count(slots, "slot") + " of " + count(workers, "worker") + " are busy";
    }
  }

  /**
   * @param attempt the one that failed last
   * @param seconds until the next, at least 0
   */
  record RetryDelay(int attempt, double seconds) implements Waiting {
    @Override
    public String code() {
      return "retryDelay";
    }

    @Override
    public boolean passes() {
      return true;
    }

    @Override
    public String message() {
      return "attempt " + attempt + " failed; the next one starts in " + Math.round(seconds) + " s";
    }
  }

  /** A slot is free; the master is about to use it. */
  record BeingPlaced() implements Waiting {
    @Override
    public String code() {
      return "beingPlaced";
    }

    @Override
    public boolean passes() {
      return true;
    }

    @Override
    public String message() {
      return "about to be assigned";
    }
  }

  /**
   * It is assigned, and has not started.
   *
   * @param askedBack whether it is to start elsewhere, or not at all, unless it starts at once
   */
  record AtWorker(String worker, boolean askedBack) implements Waiting {
    @Override
    public String code() {
      return "atWorker";
    }

    @Override
    public String message() {
      return "it is with worker "
          + worker
          + (askedBack
              ? ", which has not started it and is asked to give it back"
              : ", which has not started it yet");
    }

    @Override
    public boolean passes() {
      return true;
    }
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private static String labels(Map<String, String> requires) {
    return requires.entrySet().stream()
        .map(label -> label.getKey() + "=" + label.getValue())
        .collect(Collectors.joining(","));
  }
}
