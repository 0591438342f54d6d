package io.zkrun.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file of settings can't be used, in words for people. */
final class FileProblem {
  private FileProblem() {}

  static String of(IOException e) {
    if (e instanceof CharacterCodingException) {
      return "is not UTF-8 text; save it as UTF-8";
    }
    return "cannot be read: " + reason(e);
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    boolean told = e instanceof FileSystemException file && file.getReason() != null;
    return String.valueOf(told ? ((FileSystemException) e).getReason() : e.getMessage());
  }
}
