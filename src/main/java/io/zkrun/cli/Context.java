package io.zkrun.cli;

/** What every subcommand is given. */
record Context(Terminal terminal, Clients clients) {}
