package io.zkrun.config;

/** What {@code zkrun daemon} is. */
public enum Mode {
  MASTER,
  WORKER
}
