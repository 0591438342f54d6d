package io.zkrun.verify;

/** What is checked after a drill. */
public enum Promise {
  ENDED("every acknowledged task has ended"),
  ONE_STATUS("every task has one status, which never changes"),
  ONE_TASK("nothing was submitted twice"),
  KNOWN("every attempt that started is recorded, and started once"),
  TRUE("what is recorded is what the commands did"),
  RERUN_ALONE("no two attempts of a 'rerun' task ran at the same time"),
  LEASED("no command outlived its worker's lease"),
  FAIL_ONCE("no 'fail' task started twice"),
  WHOLE_OUTPUT("outputs are what the commands printed, whole or cut as they say"),
  LOST_FOR_A_REASON("nothing counts as lost that need not be"),
  FENCE_GROWS("each attempt has a larger fence than the one before"),
  STEADY("no daemon ended by itself"),
  NOTHING_LEFT("no process of any task still runs"),
  CLEAN("no process of a stopped daemon is left");

  private final String label;

  Promise(String label) {
    this.label = label;
  }

  /** For people. */
  public String label() {
    return label;
  }
}
