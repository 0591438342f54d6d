package io.zkrun.zk;

import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;

/** What the client library is told. */
final class PlainClientConfig extends ZKClientConfig {
  private static final String JAAS_FILE = "java.security.auth.login.config";

  PlainClientConfig(int juteMaxBufferBytes) {
    setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(juteMaxBufferBytes));
    if (System.getProperty(ENABLE_CLIENT_SASL_KEY) == null
        && System.getProperty(JAAS_FILE) == null) {
      setProperty(ENABLE_CLIENT_SASL_KEY, "false");
    }
  }

  /**
   * Copies the library's system properties, unless there is nothing to copy: it asks for their
   * names from classes that load the default TLS context, at 150 ms.
   */
  @Override
  protected void handleBackwardCompatibility() {
    boolean customised =
        System.getProperties().stringPropertyNames().stream()
            .anyMatch(name -> name.startsWith("zookeeper."));
    if (customised) {
      super.handleBackwardCompatibility();
    }
  }
}
