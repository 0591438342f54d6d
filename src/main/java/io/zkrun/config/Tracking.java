package io.zkrun.config;

/** By which means a worker tells which processes belong to a task. */
public enum Tracking {
  /** By a control group where one can be made, else by the cookie. */
  AUTO,
  /** By the cookie in each process's environment, even where a control group could be made. */
  COOKIE
}
