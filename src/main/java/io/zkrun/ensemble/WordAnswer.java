package io.zkrun.ensemble;

/** What came of asking a server one of ZooKeeper's four-letter words. */
public sealed interface WordAnswer {
  /** In a few words, to follow the server's address in a message. */
  String describe();

  /** In JSON. */
  String code();

  /** The server's own answer to this word, as it sent it. */
  record Text(String text) implements WordAnswer {
    @Override
    public String code() {
      return "serving";
    }

    @Override
    public String describe() {
      return "answers";
    }
  }

  /** A ZooKeeper server whose configuration does not allow this word. */
  record NotWhitelisted(String word) implements WordAnswer {
    @Override
    public String code() {
      return "wordsNotAllowed";
    }

    @Override
    public String describe() {
      return "runs, but may not be asked '" + word + "'";
    }
  }

  /**
   * Something else listens there.
   *
   * @param firstBytes of what it said, as Latin 1; at most 64 characters
   */
  record NotZooKeeper(String firstBytes) implements WordAnswer {
    @Override
    public String code() {
      return "notZooKeeper";
    }

    @Override
    public String describe() {
      return "answered by something that is not ZooKeeper";
    }
  }

  /**
   * The network says that there is no way to it.
   *
   * @param message the system's own words
   * @param afterMillis how long it took: a router or firewall says so at once, a host that is down
   *     is given up after some seconds
   */
  record Unreachable(String message, long afterMillis) implements WordAnswer {
    @Override
    public String code() {
      return "unreachable";
    }

    @Override
    public String describe() {
      return "not reachable: " + message;
    }
  }

  /** An answer that is told in one word. */
  enum Plain implements WordAnswer {
    /** A ZooKeeper server that runs and serves nobody: it has no quorum, or is still starting. */
    NOT_SERVING("notServing", "runs, but serves nobody: no quorum"),
    /** The connection was refused at once: nothing listens, or a firewall says so. */
    REFUSED("refused", "connection refused: nothing listens there"),
    /** Nothing came back in answer to the attempt to connect: a firewall drops it, or no host. */
    DROPPED("dropped", "no answer: the host is down, or a firewall drops what is sent there"),
    /** Its name has no address here. */
    UNKNOWN_HOST("unknownHost", "no such host"),
    /** It took the connection, and said nothing in time: stopped, overloaded, or no ZooKeeper. */
    SILENT("silent", "took the connection, but does not answer"),
    /** It took the connection, and closed it without a whole answer: too many from this address. */
    CLOSED("closed", "closed the connection without an answer");

    private final String code;
    private final String description;

    Plain(String code, String description) {
      this.code = code;
      this.description = description;
    }

    @Override
    public String code() {
      return code;
    }

    @Override
    public String describe() {
      return description;
    }
  }
}
